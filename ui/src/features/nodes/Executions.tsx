/**
 * What was run on a node, newest first: found again, opened, stopped, or prepared once more.
 * Not here: what their states mean (given by the caller), running anything.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExecutionView } from "../../bridge/types";
import { Segmented } from "../../components/Segmented";
import { TextField } from "../../components/TextField";
import { type Execution, isLive } from "../../state/executions";
import { plain } from "../../state/text";
import { ExecutionRow, type Told } from "./ExecutionRow";
import styles from "./Executions.module.css";

const ROW = 48;
type Which = "all" | "live" | "bad";

type ExecutionsProps = {
  executions: readonly Execution[];
  /** Names of instances that do not answer: what they ran is not in the list. */
  missing: readonly string[];
  tell(view: ExecutionView): Told;
  onOpen(view: ExecutionView): void;
  /** Prepares the same call in the form. */
  onAgain(view: ExecutionView): void;
  onStop(view: ExecutionView): void;
};

export function Executions({ executions, missing, tell, onOpen, onAgain, onStop }: ExecutionsProps) {
  const { t } = useTranslation();
  const [which, setWhich] = useState<Which>("all");
  const [search, setSearch] = useState("");
  const scroller = useRef<HTMLElement>(null);
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return executions.filter(({ view }) => {
      if (which === "live" && !isLive(view.state)) return false;
      if (which === "bad" && !tell(view).bad) return false;
      return `${view.skill}.${view.method} ${view.summary} ${view.error ?? ""}`.toLowerCase().includes(wanted);
    });
  }, [executions, which, search, tell]);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    initialRect: { width: 400, height: 500 },
  });
  if (executions.length === 0)
    return missing.length > 0 ? (
      <Silent names={missing} />
    ) : (
      <p className={styles.empty}>{t("Nothing was run on this node yet.")}</p>
    );
  return (
    <>
      <Silent names={missing} />
      <div className={styles.filters}>
        <Segmented<Which>
          label={t("Which executions")}
          value={which}
          options={[
            { value: "all", label: t("All", { context: "executions" }) },
            { value: "live", label: t("Running", { context: "executions" }) },
            { value: "bad", label: t("Failed", { context: "executions" }) },
          ]}
          onChange={setWhich}
        />
        <TextField
          label=""
          aria-label={t("Search executions")}
          placeholder={t("Search")}
          value={search}
          onChange={setSearch}
          testId="execution-search"
        />
      </div>
      {shown.length === 0 && <p className={styles.empty}>{t("No execution fits.")}</p>}
      <section ref={scroller} className={styles.list} aria-label={t("Executions")} data-testid="execution-list">
        <ul className={styles.sheet} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const execution = shown[item.index];
            return execution ? (
              <ExecutionRow
                key={execution.view.id}
                view={execution.view}
                top={item.start}
                told={tell(execution.view)}
                onOpen={onOpen}
                onAgain={onAgain}
                onStop={onStop}
              />
            ) : null;
          })}
        </ul>
      </section>
    </>
  );
}

/** Whose executions are not in the list. */
function Silent({ names }: { names: readonly string[] }) {
  const { t } = useTranslation();
  return names.map((name) => (
    <p key={name} className={styles.empty} data-testid="executions-missing">
      {t("Instance {{name}} does not answer; what it ran here is not in this list.", { name: plain(name, 120) })}
    </p>
  ));
}
