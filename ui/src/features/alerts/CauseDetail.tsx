/**
 * One cause: what it probably is, what can be done about it, its nodes, and what happened to it. The alerts of it are read
 * when it is opened and when it changed. Not here: the list (CauseList).
 */
import { BellOff, Check, Hand, MapPin, SquareDashedMousePointer } from "lucide-react";
import { useEffect, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { AlertView, CauseView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { fullTime } from "../../components/format";
import { Notice } from "../../components/Notice";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { acknowledge, choose, mute, ofCause, own, showOnMap } from "../../state/alertCommands";
import { conditionWords, hintOf, markOf, ruleName, severityWord, titleOf, whereOf } from "../../state/alertWords";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import { isYou, useViewer } from "../../state/viewer";
import styles from "./Alerts.module.css";
import { Happened } from "./Happened";
import { MuteForm } from "./MuteForm";
import { NoteForm } from "./NoteForm";

const MOST = 200;

export function CauseDetail({ cause }: { cause: CauseView }) {
  const { fleet } = useConsole();
  const { alerts, total, problem } = useAlertsOf(cause);
  const hint = hintOf(cause);
  const single = alerts.length === 1 ? alerts[0] : undefined;
  const first = alerts[0]?.note ?? "";
  const common = alerts.every(({ note }) => (note ?? "") === first) ? first : "";
  return (
    <aside className={styles.detail} aria-label={t("The chosen cause")} data-testid="cause-detail">
      <div className={styles.title}>
        <StatusMark kind={markOf(cause)} />
        <h2>
          <bdi>{titleOf(cause, fleet)}</bdi>
        </h2>
      </div>
      {hint !== null && <p className={styles.hint}>{hint}</p>}
      <Actions cause={cause} />
      <dl className={styles.facts}>
        <Fact name={t("Where")}>{whereOf(cause, fleet)}</Fact>
        <Fact name={t("How bad")}>{severityWord(cause.severity)}</Fact>
        <Fact name={t("Since")}>{fullTime(cause.since)}</Fact>
        <Fact name={t("Rule")}>
          <bdi>{ruleName(cause.rule)}</bdi>
          <span>{conditionWords(cause.condition)}</span>
        </Fact>
        {single && single.fired > 1 && <Fact name={t("Fired")}>{t("{{count}} times", { count: single.fired })}</Fact>}
        {common !== "" && (
          <Fact name={t("Note")}>
            <bdi data-testid="cause-note">{plain(common, 500)}</bdi>
          </Fact>
        )}
      </dl>
      {problem !== null && <Notice tone="problem">{problem}</Notice>}
      <Members alerts={alerts} total={total} cause={cause} />
      <Happened events={alerts[0]?.history ?? []} several={total}>
        <NoteForm cause={cause} written={common} />
      </Happened>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children === "" ? "—" : children}</dd>
    </div>
  );
}

function Actions({ cause }: { cause: CauseView }) {
  const viewer = useViewer();
  const console = useConsole();
  const [muting, setMuting] = useState(false);
  const aim = ofCause(cause.key);
  const mine = cause.owner !== null && isYou(viewer, cause.owner);
  return (
    <>
      <div className={styles.actions}>
        <AskButton
          asks="ownAlert"
          look={mine ? "plain" : "primary"}
          small
          onClick={() => void own(console, aim, mine ? "" : null)}
          data-testid="take"
        >
          <Hand size={14} strokeWidth={1.5} aria-hidden="true" />
          {mine ? t("Let go") : t("Take")}
        </AskButton>
        {cause.mutedUntil === null ? (
          <AskButton
            asks="muteAlert"
            small
            aria-expanded={muting}
            onClick={() => setMuting(!muting)}
            data-testid="mute"
          >
            <BellOff size={14} strokeWidth={1.5} aria-hidden="true" />
            {t("Mute…")}
          </AskButton>
        ) : (
          <AskButton asks="muteAlert" small onClick={() => void mute(console, aim, null)} data-testid="unmute">
            <BellOff size={14} strokeWidth={1.5} aria-hidden="true" />
            {t("Unmute")}
          </AskButton>
        )}
        {!cause.acknowledged && (
          <AskButton
            asks="acknowledgeAlert"
            small
            onClick={() => void acknowledge(console, aim)}
            data-testid="acknowledge"
          >
            <Check size={14} strokeWidth={1.5} aria-hidden="true" />
            {t("Seen")}
          </AskButton>
        )}
      </div>
      {muting && cause.mutedUntil === null && <MuteForm cause={cause} onDone={() => setMuting(false)} />}
      {cause.ordinals.length > 0 && (
        <div className={styles.actions}>
          <Button small onClick={() => showOnMap(console, cause)} data-testid="show-on-map">
            <MapPin size={14} strokeWidth={1.5} aria-hidden="true" />
            {t("Show on map")}
          </Button>
          <Button small onClick={() => choose(console, cause)} data-testid="select-nodes">
            <SquareDashedMousePointer size={14} strokeWidth={1.5} aria-hidden="true" />
            {t("Select these {{count}} nodes", { count: cause.ordinals.length })}
          </Button>
        </div>
      )}
    </>
  );
}

function Members({ alerts, total, cause }: { alerts: readonly AlertView[]; total: number; cause: CauseView }) {
  const { ui } = useConsole();
  const open = ({ ordinal, subject }: AlertView) => {
    if (ordinal !== null) {
      ui.getState().openNode(ordinal, "overview");
      ui.getState().fly("star", ordinal);
    } else if (subject.kind === "job") {
      ui.getState().go("jobs");
      ui.getState().showJob(subject.id);
    }
  };
  const light = (ordinal: number | null) => ui.getState().set({ lit: ordinal === null ? null : new Set([ordinal]) });
  if (alerts.length === 0) return null;
  return (
    <section aria-label={t("What fires")}>
      <h3>
        {alerts[0]?.subject.kind === "node" ? t("{{count}} nodes", { count: cause.ordinals.length }) : t("What fires")}
      </h3>
      <ul className={styles.members}>
        {alerts.map((alert) => (
          <li key={alert.id}>
            <button
              type="button"
              onClick={() => open(alert)}
              onPointerEnter={() => light(alert.ordinal)}
              onPointerLeave={() => light(null)}
              data-testid="member"
            >
              <bdi>{plain(alert.subject.name, 120)}</bdi>
              <span>{measured(alert)}</span>
            </button>
          </li>
        ))}
      </ul>
      {total > alerts.length && (
        <p className={styles.none}>{t("and {{count}} more nodes", { count: total - alerts.length })}</p>
      )}
    </section>
  );
}

function measured({ value, condition, detail, common }: AlertView): string {
  if (value !== null && (condition.kind === "cpu" || condition.kind === "memory")) return `${Math.round(value)} %`;
  if (value !== null && condition.kind === "disk")
    return [`${Math.round(value)} %`, plain(detail ?? "", 120)].join(" · ");
  if (value !== null && condition.kind === "latency") return t("{{n}} ms", { n: Math.round(value) });
  return plain(common ?? detail ?? "", 120);
}

function useAlertsOf(cause: CauseView): { alerts: readonly AlertView[]; total: number; problem: string | null } {
  const { bridge } = useConsole();
  const [found, setFound] = useState<{ alerts: readonly AlertView[]; total: number }>({ alerts: [], total: 0 });
  const [problem, setProblem] = useState<string | null>(null);
  const changed = `${cause.key} ${cause.alerts} ${cause.owner} ${cause.touched} ${cause.mutedUntil}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` stands for what the cause says of its alerts
  useEffect(() => {
    let wanted = true;
    const query = { state: "all", rule: null, severity: null, node: null, skip: 0, limit: MOST } as const;
    bridge.alerts({ ...query, cause: cause.key }).then(
      (page) => {
        if (!wanted) return;
        setFound(page);
        setProblem(null);
      },
      (reason) => wanted && setProblem(problemText(reason)),
    );
    return () => {
      wanted = false;
    };
  }, [bridge, changed]);
  return { ...found, problem };
}
