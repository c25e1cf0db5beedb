/**
 * One job as a page: its head, its targets by state, and below what they wrote in groups, the targets one by one, or
 * what a search through all output found. Not here: the nodes themselves (the side panel shows them).
 */
import { Search } from "lucide-react";
import { useState } from "react";
import type { JobView, TargetState } from "../../bridge/types";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { Chips } from "./Chips";
import { Groups } from "./Groups";
import { OutputSearch } from "./OutputSearch";
import { RunHead } from "./RunHead";
import styles from "./RunPage.module.css";
import { Targets } from "./Targets";
import { useGroups } from "./useJob";

type Show = "output" | "targets";
const NONE: ReadonlySet<TargetState> = new Set();

/** `alone`: it is all that its window shows. */
export function RunPage({ job, alone = false }: { job: JobView; alone?: boolean }) {
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
      <RunHead job={job} alone={alone} />
      <div className={styles.tools}>
        <Segmented<Show>
          label={t("Show")}
          value={show}
          onChange={setShow}
          options={[
            { value: "output", label: `${t("Output")}${count > 0 ? ` ${count}` : ""}` },
            { value: "targets", label: t("Targets") },
          ]}
        />
        <Chips job={job} chosen={chosen} onToggle={toggle} />
        <span className={styles.space} />
        <label className={styles.find}>
          <Search size={14} strokeWidth={1.5} aria-hidden="true" />
          <input
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={t("Search all output")}
            aria-label={t("Search all output")}
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
