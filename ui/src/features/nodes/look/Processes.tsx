/**
 * The busiest processes, refreshed while somebody looks. One of them opened shows the whole of it; stopping it is
 * prepared as an ordinary call, which the operator then runs or not. Not here: running anything.
 */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/Button";
import { count } from "../../../components/format";
import { TextField } from "../../../components/TextField";
import styles from "./Processes.module.css";
import { ProcessRow } from "./ProcessRow";
import { Section } from "./Section";
import { type Process, readProcesses } from "./shapes";
import { useLook, useSection } from "./useLook";

const EVERY_MS = 5000;
const FEW = 8;
const MANY = 50;

export type Order = "cpu" | "memory";

type ProcessesProps = {
  node: string;
  active: boolean;
  /** Null: nothing can be run here, so nothing can be stopped. */
  onStop: ((process: Process) => void) | null;
};

export function Processes({ node, active, onStop }: ProcessesProps) {
  const { t } = useTranslation();
  const { element, inSight } = useSection();
  const [by, setBy] = useState<Order>("cpu");
  const [all, setAll] = useState(false);
  const [search, setSearch] = useState("");
  const [opened, setOpened] = useState<number | null>(null);
  const look = useLook({
    node,
    method: "processes",
    parameters: { by, limit: all ? MANY : FEW, ...(all && search.trim() !== "" ? { search: search.trim() } : {}) },
    everyMs: EVERY_MS,
    active: active && inSight,
    read: readProcesses,
  });
  const seen = look.seen;
  const rows = [...(seen?.list ?? [])].sort((a, b) => b[by] - a[by] || a.pid - b.pid);
  return (
    <Section
      ref={element}
      title={t("Processes")}
      aside={seen ? t("{{count}} in all", { count: seen.total }) : ""}
      look={look}
      testId="processes"
    >
      {all && <TextField label={t("Search processes")} value={search} onChange={setSearch} testId="process-search" />}
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("Process")}</th>
            <Sorted by="cpu" now={by} onSort={setBy} title="CPU" />
            <Sorted by="memory" now={by} onSort={setBy} title={t("Memory")} />
          </tr>
        </thead>
        <tbody>
          {rows.map((process) => (
            <ProcessRow
              key={process.pid}
              process={process}
              open={opened === process.pid}
              onToggle={() => setOpened(opened === process.pid ? null : process.pid)}
              onStop={onStop}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className={styles.none}>{t("No process fits.")}</p>}
      {seen && (
        <div>
          <Button small look="bare" aria-expanded={all} onClick={() => setAll(!all)} data-testid="more-processes">
            {all ? t("Show the busiest only") : t("Show more of {{total}}…", { total: count(seen.total) })}
          </Button>
        </div>
      )}
    </Section>
  );
}

type SortedProps = { by: Order; now: Order; title: string; onSort(by: Order): void };

function Sorted({ by, now, title, onSort }: SortedProps) {
  return (
    <th scope="col" aria-sort={by === now ? "descending" : "none"}>
      <button type="button" className={styles.sort} onClick={() => onSort(by)} data-testid={`sort-${by}`}>
        {title}
        <span aria-hidden="true">{by === now ? " ↓" : ""}</span>
      </button>
    </th>
  );
}
