/**
 * The right panel of a selection: by which expression it was chosen, how many, which of them can be reached, at which
 * sites, and the form (given by the caller) that runs on all of them. Not here: results (features/jobs).
 */
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ResolvedView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { count } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { phrase } from "../../i18n/phrase";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { STATUS_CLASSES } from "../../state/status";
import { breakDown } from "./breakdown";
import styles from "./ManyPanel.module.css";
import { SavedGroups } from "./SavedGroups";
import { TargetLine } from "./TargetLine";

const MOST_SITES = 8;

export function ManyPanel({ aim, form }: { aim: ResolvedView | null; form: ReactNode }) {
  const { t } = useTranslation();
  const { fleet, ui } = useConsole();
  const selected = useUi((s) => s.selected);
  const version = useFleet((f) => f.versions.status + f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  const parts = useMemo(() => breakDown(fleet, selected), [fleet, selected, version]);
  const words = { online: t("online"), degraded: t("degraded"), offline: t("offline") };
  const away = parts.states.offline;
  return (
    <div className={styles.panel} data-testid="many-panel">
      <div className={styles.head}>
        <div className={styles.title}>
          <h1>{t("{{count}} nodes selected", { count: parts.total })}</h1>
          <IconButton
            label={t("Clear the selection")}
            className={styles.close ?? ""}
            onClick={() => ui.getState().select([])}
          >
            <X size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
        </div>
        <p className={styles.sub} data-testid="aim">
          {phrase("<n/> online", { n: <b>{count(parts.total - away)}</b> })}
          {away > 0 && <> · {phrase("<n/> offline", { n: <b>{count(away)}</b> })}</>}
          {aim !== null && (
            <code title={t("SHA-256 of the list: {{hash}}", { hash: aim.targetsSha256 })}>
              {aim.targetsSha256.slice(0, 8)}
            </code>
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
              {words[status]}
            </dt>
            <dd>{count(parts.states[status])}</dd>
          </div>
        ))}
      </dl>
      <ul className={styles.sites} aria-label={t("Sites")}>
        {parts.sites.slice(0, MOST_SITES).map(([site, n]) => (
          <li key={site}>
            {site} <b>{count(n)}</b>
          </li>
        ))}
        {parts.sites.length > MOST_SITES && (
          <li>{t("{{count}} more sites", { count: parts.sites.length - MOST_SITES })}</li>
        )}
      </ul>
      {form}
    </div>
  );
}
