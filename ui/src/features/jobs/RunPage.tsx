/**
 * One job as a page: its head, its targets by state, and below what they wrote in groups, the targets one by one, or
 * what a search through all output found. Not here: the nodes themselves (the side panel shows them).
 */
import { Search } from "lucide-react";
import { useState } from "react";
import type { JobView, TargetState } from "../../bridge/typesJob";
import { Segmented } from "../../components/Segmented";
import { Chips } from "./Chips";
import { Groups } from "./Groups";
import { OutputSearch } from "./OutputSearch";
import { RunHead } from "./RunHead";
import styles from "./RunPage.module.css";
import { Targets } from "./Targets";
import { useGroups } from "./useJob";

type Show = "output" | "targets";
const NONE: ReadonlySet<TargetState> = new Set();

export function RunPage({ job }: { job: JobView }) {
  const [show, setShow] = useState<Show>("output");
  const [chosen, setChosen] = useState(NONE);
  const [search, setSearch] = useState("");
  const groups = useGroups(job);
  const count = groups.value.groups.length + groups.value.omitted;
  const toggle = (state: TargetState) => {
    const next = new Set(chosen);
    if (!next.delete(state)) next.add(state);
    setChosen(next);
  };
  return (
    <div className={styles.page} data-testid="run-page" data-job={job.id}>
      <RunHead job={job} />
      <div className={styles.tools}>
        <Segmented<Show>
          label="Show"
          value={show}
          onChange={setShow}
          options={[
            { value: "output", label: `Output${count > 0 ? ` ${count}` : ""}` },
            { value: "targets", label: "Targets" },
          ]}
        />
        <Chips job={job} chosen={chosen} onToggle={toggle} />
        <span className={styles.space} />
        <label className={styles.find}>
          <Search size={14} strokeWidth={1.5} aria-hidden="true" />
          <input
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder="Search all output"
            aria-label="Search all output"
            spellCheck={false}
            data-testid="output-search"
          />
        </label>
      </div>
      {search.trim() !== "" ? (
        <OutputSearch job={job} text={search} />
      ) : show === "output" ? (
        <Groups job={job} groups={groups} chosen={chosen} />
      ) : (
        <Targets job={job} chosen={chosen} />
      )}
    </div>
  );
}
