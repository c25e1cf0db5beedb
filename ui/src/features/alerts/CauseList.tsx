/** Causes in rows: what, where, how many, since when, who looks after it. Hovering one lights its stars. */
import type { CauseView } from "../../bridge/types";
import { ago, clockTime, count } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { markOf, severityWord, titleOf, whereOf } from "../../state/alertWords";
import { useConsole, useFleet } from "../../state/hooks";
import { usePersonWord } from "../../state/viewer";
import styles from "./Alerts.module.css";

type CauseListProps = { causes: readonly CauseView[]; shown: string | null; onChoose(key: string): void };

export function CauseList({ causes, shown, onChoose }: CauseListProps) {
  useFleet((fleet) => fleet.versions.structure);
  const now = useNow(10_000);
  return (
    <>
      <div className={styles.heads} aria-hidden="true">
        <span />
        <span>{t("Likely cause")}</span>
        <span>{t("Nodes")}</span>
        <span>{t("Since")}</span>
        <span>{t("Looked after by")}</span>
      </div>
      <ul className={styles.rows}>
        {causes.map((cause) => (
          <Row key={cause.key} cause={cause} now={now} current={cause.key === shown} onChoose={onChoose} />
        ))}
      </ul>
    </>
  );
}

type RowProps = { cause: CauseView; now: number; current: boolean; onChoose(key: string): void };

function Row({ cause, now, current, onChoose }: RowProps) {
  const who = usePersonWord();
  const { fleet } = useConsole();
  const { mutedUntil, acknowledged, owner, severity } = cause;
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-current={current ? "true" : undefined}
        onClick={() => onChoose(cause.key)}
        data-testid="cause-row"
      >
        <StatusMark kind={markOf(cause)} />
        <span className={styles.what}>
          <b>
            <bdi>{titleOf(cause, fleet)}</bdi>
          </b>
          <span>
            <span className={`${styles.severity} ${styles[severity] ?? ""}`}>{severityWord(severity)}</span>
            {whereOf(cause, fleet) !== "" && (
              <>
                {" · "}
                <bdi>{whereOf(cause, fleet)}</bdi>
              </>
            )}
          </span>
        </span>
        <span className={styles.number}>{cause.ordinals.length > 0 ? count(cause.ordinals.length) : "—"}</span>
        <span className={styles.when} title={clockTime(cause.since)}>
          {ago(cause.since, now)}
        </span>
        <span className={styles.who}>
          {mutedUntil !== null ? (
            <em>{t("muted until {{time}}", { time: clockTime(mutedUntil) })}</em>
          ) : owner !== null ? (
            <bdi>{who(owner)}</bdi>
          ) : acknowledged ? (
            <em>{t("seen")}</em>
          ) : (
            <em>{t("nobody")}</em>
          )}
        </span>
      </button>
    </li>
  );
}
