/**
 * The right panel of a selection: by which expression it was chosen, how many, which of them can be reached, at which
 * sites, and the form (given by the caller) that runs on all of them. Not here: results (features/jobs).
 */
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import type { ResolvedView } from "../../bridge/typesJob";
import { IconButton } from "../../components/Button";
import { count, counted } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { STATUS_CLASSES } from "../../state/status";
import { breakDown } from "./breakdown";
import styles from "./ManyPanel.module.css";
import { SavedGroups } from "./SavedGroups";
import { TargetLine } from "./TargetLine";

const MOST_SITES = 8;

export function ManyPanel({ aim, form }: { aim: ResolvedView | null; form: ReactNode }) {
  const { fleet, ui } = useConsole();
  const selected = useUi((s) => s.selected);
  const version = useFleet((f) => f.versions.status + f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  const parts = useMemo(() => breakDown(fleet, selected), [fleet, selected, version]);
  const away = parts.states.offline;
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
        <p className={styles.sub} data-testid="aim">
          <b>{count(parts.total - away)}</b> online
          {away > 0 && (
            <>
              {" "}
              · <b>{count(away)}</b> offline
            </>
          )}
          {aim !== null && (
            <code title={`SHA-256 of the list: ${aim.targetsSha256}`}>{aim.targetsSha256.slice(0, 8)}</code>
          )}
        </p>
        <div className={styles.who}>
          <TargetLine />
          <SavedGroups />
        </div>
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
