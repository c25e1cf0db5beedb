/**
 * What needs a look while nothing is selected, grouped by likely cause as the Nexus says; hovering a cause lights its
 * stars, pressing it selects them. Below: recent comings and goings. When all is quiet it says since when.
 * Not here: what can be done about a cause (features/alerts).
 */
import type { ReactNode } from "react";
import type { CauseView } from "../../bridge/types";
import { clockTime, count } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { choose } from "../../state/alertCommands";
import { isOpen } from "../../state/alerts";
import { hintOf, markOf, titleOf, whereOf } from "../../state/alertWords";
import { useAlerts, useConsole, useExecutionsVersion, useFleet, useNews } from "../../state/hooks";
import type { Recent } from "../../state/news";
import { usePersonWord } from "../../state/viewer";
import styles from "./AttentionPanel.module.css";
import { type LocalCause, localCauses } from "./causes";

/** What waits for an answer has a place of its own above. */
const ELSEWHERE: ReadonlySet<string> = new Set(["job_waiting", "node_waiting"]);

/** `waiting` is what asks for an answer: `count` of them, shown before all else. */
export function AttentionPanel({ waiting }: { waiting: { count: number; list: ReactNode } }) {
  const { fleet, executions } = useConsole();
  useFleet((f) => f.versions.status + f.versions.structure);
  useExecutionsVersion();
  const board = useAlerts((s) => s.board);
  const recent = useNews((s) => s.recent);
  const causes = board.causes.filter((cause) => isOpen(cause) && !ELSEWHERE.has(cause.condition.kind));
  const own = localCauses(fleet, executions);
  const total = causes.length + own.length;
  const quiet = total + waiting.count === 0;
  return (
    <div className={styles.panel} data-testid="attention">
      <div className={styles.head}>
        <h1>{quiet ? t("All quiet") : t("Needs attention")}</h1>
        <Summary causes={total} quiet={quiet} />
      </div>
      <div className={styles.scroll}>
        {waiting.count > 0 && (
          <>
            <div className={styles.label}>
              <span>{t("Waits for your answer")}</span>
              <span>{count(waiting.count)}</span>
            </div>
            {waiting.list}
          </>
        )}
        {total > 0 && (
          <div className={styles.label}>
            <span>{t("By likely cause")}</span>
            <span>{t("nodes")}</span>
          </div>
        )}
        {own.map((cause) => (
          <LocalItem key={cause.key} cause={cause} />
        ))}
        {causes.map((cause) => (
          <CauseItem key={cause.key} cause={cause} />
        ))}
        <Aside quiet={quiet} />
        {recent.length > 0 && <div className={styles.label}>{t("Recently")}</div>}
        {recent.slice(0, 12).map((entry) => (
          <RecentItem key={entry.key} entry={entry} />
        ))}
      </div>
    </div>
  );
}

/** One line: how much, or since when it is quiet. */
function Summary({ causes, quiet }: { causes: number; quiet: boolean }) {
  const { fleet } = useConsole();
  const since = useAlerts((s) => s.board.quietSince);
  const { degraded, offline } = fleet.totals;
  if (!quiet)
    return (
      <p>
        {t("{{causes}} · {{degraded}} degraded, {{offline}} offline", {
          causes: t("{{count}} causes", { count: causes }),
          degraded,
          offline,
        })}
      </p>
    );
  return (
    <p data-testid="quiet-since">
      {since === null
        ? t("{{nodes}}, none with a problem", { nodes: t("{{count}} nodes", { count: fleet.size }) })
        : t("{{nodes}}, none with a problem since {{time}}", {
            nodes: t("{{count}} nodes", { count: fleet.size }),
            time: clockTime(since),
          })}
    </p>
  );
}

/** What is muted or was seen is only counted here; the page of alerts has it. */
function Aside({ quiet }: { quiet: boolean }) {
  const { ui } = useConsole();
  const { muted, acknowledged } = useAlerts((s) => s.board.counts);
  if (muted + acknowledged === 0)
    return quiet ? (
      <p className={styles.quiet}>{t("Choose a star to see it here, or press Ctrl K to find one.")}</p>
    ) : null;
  const parts = [
    muted > 0 ? t("{{n}} muted", { n: muted }) : "",
    acknowledged > 0 ? t("{{n}} seen", { n: acknowledged }) : "",
  ].filter((part) => part !== "");
  return (
    <button type="button" className={styles.more} onClick={() => ui.getState().go("alerts")}>
      {t("Also {{parts}}. Show all alerts", { parts: parts.join(", ") })}
    </button>
  );
}

function CauseItem({ cause }: { cause: CauseView }) {
  const who = usePersonWord();
  const console = useConsole();
  const { fleet, ui } = console;
  const light = useLight(cause.ordinals);
  const press = () => {
    light(false);
    if (cause.ordinals.length > 0) return choose(console, cause);
    if (cause.subject?.kind === "job") return ui.getState().showJob(cause.subject.id);
    ui.getState().go("alerts");
  };
  const hint = hintOf(cause);
  const where = whereOf(cause, fleet);
  return (
    <Item
      mark={<StatusMark kind={markOf(cause)} />}
      title={titleOf(cause, fleet)}
      number={cause.ordinals.length}
      light={light}
      onPress={press}
    >
      {[where, t("since {{time}}", { time: clockTime(cause.since) })].filter(Boolean).join(" · ")}
      {cause.owner !== null && (
        <>
          {" · "}
          <bdi>{who(cause.owner)}</bdi>
        </>
      )}
      {hint !== null && <i>{hint}</i>}
    </Item>
  );
}

function LocalItem({ cause }: { cause: LocalCause }) {
  const { ui } = useConsole();
  const light = useLight(cause.ordinals);
  const press = () => {
    light(false);
    const [only] = cause.ordinals;
    if (cause.ordinals.length === 1 && only !== undefined) ui.getState().openNode(only, "executions");
    else ui.getState().select(cause.ordinals);
  };
  return (
    <Item
      mark={<StatusMark kind="critical" />}
      title={cause.title}
      number={cause.ordinals.length}
      light={light}
      onPress={press}
    >
      {cause.where}
    </Item>
  );
}

type ItemProps = {
  mark: ReactNode;
  title: string;
  number: number;
  light(on: boolean): void;
  onPress(): void;
  children: ReactNode;
};

function Item({ mark, title, number, light, onPress, children }: ItemProps) {
  return (
    <button
      type="button"
      className={styles.item}
      onClick={onPress}
      onPointerEnter={() => light(true)}
      onPointerLeave={() => light(false)}
      onFocus={() => light(true)}
      onBlur={() => light(false)}
      data-testid="cause"
    >
      {mark}
      <b>
        <bdi>{title}</bdi>
      </b>
      <em>{number > 0 ? count(number) : ""}</em>
      <span>{children}</span>
    </button>
  );
}

function useLight(ordinals: readonly number[]): (on: boolean) => void {
  const { ui } = useConsole();
  return (on) => ui.getState().set({ lit: on && ordinals.length > 0 ? new Set(ordinals) : null });
}

function RecentItem({ entry }: { entry: Recent }) {
  const came = entry.kind === "connected";
  const { count: nodes, name } = entry;
  const said = came
    ? nodes === 1
      ? t("{{name}} connected", { name })
      : t("{{count}} nodes connected", { count: nodes })
    : nodes === 1
      ? t("{{name}} went offline", { name })
      : t("{{count}} nodes went offline", { count: nodes });
  return (
    <div className={styles.item}>
      <StatusMark kind={came ? "online" : "offline"} />
      <b>{said}</b>
      <em>{clockTime(entry.at)}</em>
      <span>{entry.where}</span>
    </div>
  );
}
