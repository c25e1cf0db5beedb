/**
 * The page of alerts: what fires, by likely cause, what is muted, what is over; and the rules. Beside the list stands the
 * cause that is looked at. Not here: when something fires; the Nexus decides that.
 */
import { useState } from "react";
import type { CauseView } from "../../bridge/types";
import { clockTime, count } from "../../components/format";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { useAlerts } from "../../state/hooks";
import styles from "./Alerts.module.css";
import { CauseDetail } from "./CauseDetail";
import { CauseList } from "./CauseList";
import { Past } from "./Past";
import { Rules } from "./Rules";
import { WebhookTrouble } from "./Webhook";

type Tab = "firing" | "muted" | "resolved" | "rules";

export function AlertsView() {
  const [tab, setTab] = useState<Tab>("firing");
  const [chosen, setChosen] = useState<string | null>(null);
  const board = useAlerts((s) => s.board);
  const firing = board.causes.filter(({ mutedUntil }) => mutedUntil === null);
  const muted = board.causes.filter(({ mutedUntil }) => mutedUntil !== null);
  const listed = tab === "muted" ? muted : firing;
  const shown =
    tab === "firing" || tab === "muted" ? (listed.find(({ key }) => key === chosen) ?? listed[0]) : undefined;
  return (
    <section className={styles.page} aria-label={t("Alerts")} data-testid="alerts-page">
      <div className={styles.main}>
        <header className={styles.head}>
          <h1>{t("Alerts")}</h1>
          <Segmented<Tab>
            label={t("Which alerts")}
            value={tab}
            onChange={setTab}
            options={[
              { value: "firing", label: <Label word={t("Firing")} n={firing.length} /> },
              { value: "muted", label: <Label word={t("Muted")} n={muted.length} /> },
              { value: "resolved", label: t("Over") },
              { value: "rules", label: t("Rules") },
            ]}
          />
        </header>
        <WebhookTrouble />
        {tab === "firing" && (
          <Causes causes={firing} shown={shown} onChoose={setChosen}>
            <Quiet since={board.quietSince} />
          </Causes>
        )}
        {tab === "muted" && (
          <Causes causes={muted} shown={shown} onChoose={setChosen}>
            <p className={styles.none}>
              {t("Nothing is muted. Mute a cause while you know of it; it goes on being looked at.")}
            </p>
          </Causes>
        )}
        {tab === "resolved" && <Past />}
        {tab === "rules" && <Rules />}
      </div>
      {shown && <CauseDetail key={shown.key} cause={shown} />}
    </section>
  );
}

function Label({ word, n }: { word: string; n: number }) {
  return (
    <>
      {word} {n > 0 && <em>{count(n)}</em>}
    </>
  );
}

type CausesProps = {
  causes: readonly CauseView[];
  shown: CauseView | undefined;
  onChoose(key: string): void;
  /** What is shown when there are none. */
  children: React.ReactNode;
};

function Causes({ causes, shown, onChoose, children }: CausesProps) {
  const more = useAlerts((s) => s.board.more);
  if (causes.length === 0) return children;
  return (
    <>
      <CauseList causes={causes} shown={shown?.key ?? null} onChoose={onChoose} />
      {more > 0 && <p className={styles.none}>{t("and {{count}} more causes", { count: more })}</p>}
    </>
  );
}

function Quiet({ since }: { since: string | null }) {
  return (
    <div className={styles.quiet} data-testid="alerts-quiet">
      <svg width="44" height="44" viewBox="0 0 44 44" fill="none" aria-hidden="true">
        <circle cx="22" cy="22" r="20" stroke="var(--line-strong)" />
        <circle cx="22" cy="22" r="11" stroke="var(--line-strong)" />
        <circle cx="22" cy="22" r="3" fill="var(--online)" />
      </svg>
      <h2>{t("All is quiet")}</h2>
      <p>{since === null ? t("Nothing fires.") : t("Nothing has fired since {{time}}.", { time: clockTime(since) })}</p>
    </div>
  );
}
