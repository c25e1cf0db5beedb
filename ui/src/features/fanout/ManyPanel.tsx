/**
 * The right panel of a selection: how many, in which state, at which site, and the form (given by the caller) that
 * runs on all of them. Not here: results (JobResults).
 */
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { IconButton } from "../../components/Button";
import { count, counted } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { STATUS_CLASSES } from "../../state/status";
import { breakDown } from "./breakdown";
import styles from "./ManyPanel.module.css";

const MOST_SITES = 8;

export function ManyPanel({ form }: { form: ReactNode }) {
  const { fleet, ui } = useConsole();
  const selected = useUi((s) => s.selected);
  const version = useFleet((f) => f.versions.status + f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  const parts = useMemo(() => breakDown(fleet, selected), [fleet, selected, version]);
  return (
    <div className={styles.panel} data-testid="many-panel">
      <div className={styles.head}>
        <div className={styles.title}>
          <h1>{counted(parts.total, "node")} selected</h1>
          <IconButton
            label="Clear the selection"
            className={styles.close ?? ""}
            onClick={() => ui.getState().select([])}
          >
            <X size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
        </div>
        <p className={styles.sub}>
          {parts.states.offline > 0
            ? `${counted(parts.states.offline, "node")} offline, left out when you run something`
            : "All of them can be reached"}
        </p>
      </div>
      <dl className={styles.states}>
        {STATUS_CLASSES.map((status) => (
          <div key={status}>
            <dt>
              <StatusMark kind={status} size={10} />
              {status}
            </dt>
            <dd>{count(parts.states[status])}</dd>
          </div>
        ))}
      </dl>
      <ul className={styles.sites} aria-label="Sites">
        {parts.sites.slice(0, MOST_SITES).map(([site, n]) => (
          <li key={site}>
            {site} <b>{count(n)}</b>
          </li>
        ))}
        {parts.sites.length > MOST_SITES && <li>{counted(parts.sites.length - MOST_SITES, "more site")}</li>}
      </ul>
      {form}
    </div>
  );
}
