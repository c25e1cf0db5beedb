/**
 * What needs a look while nothing is selected, grouped by likely cause; hovering a cause lights its stars, pressing
 * it selects them. Below: recent comings and goings.
 */
import { type ReactNode, useMemo } from "react";
import { clockTime, count, counted } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useExecutionsVersion, useFleet, useNews } from "../../state/hooks";
import type { Recent } from "../../state/news";
import styles from "./AttentionPanel.module.css";
import { type Cause, causesOf } from "./causes";

/** `waiting` is what asks for an answer: `count` of them, shown before all else. */
export function AttentionPanel({ waiting }: { waiting: { count: number; list: ReactNode } }) {
  const { fleet, executions } = useConsole();
  const version = useFleet((f) => f.versions.status + f.versions.structure);
  const executionsVersion = useExecutionsVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions stand for what the stores hold
  const causes = useMemo(() => causesOf(fleet, executions), [fleet, executions, version, executionsVersion]);
  const recent = useNews((s) => s.recent);
  const { degraded, offline } = fleet.totals;
  return (
    <div className={styles.panel} data-testid="attention">
      <div className={styles.head}>
        <h1>{causes.length + waiting.count > 0 ? "Needs attention" : "All quiet"}</h1>
        <p>
          {causes.length > 0
            ? `${counted(causes.length, "cause")} · ${count(degraded)} degraded, ${count(offline)} offline`
            : `${counted(fleet.size, "node")} online, none with a problem`}
        </p>
      </div>
      <div className={styles.scroll}>
        {waiting.count > 0 && (
          <>
            <div className={styles.label}>
              <span>Waits for your answer</span>
              <span>{count(waiting.count)}</span>
            </div>
            {waiting.list}
          </>
        )}
        {causes.length > 0 && (
          <>
            <div className={styles.label}>
              <span>By likely cause</span>
              <span>nodes</span>
            </div>
            {causes.map((cause) => (
              <CauseItem key={cause.key} cause={cause} />
            ))}
          </>
        )}
        {recent.length > 0 && <div className={styles.label}>Recently</div>}
        {recent.slice(0, 12).map((entry) => (
          <RecentItem key={entry.key} entry={entry} />
        ))}
        {causes.length + waiting.count === 0 && recent.length === 0 && (
          <p className={styles.quiet}>Choose a star to see it here, or press Ctrl K to find one.</p>
        )}
      </div>
    </div>
  );
}

function CauseItem({ cause }: { cause: Cause }) {
  const { ui } = useConsole();
  const light = (on: boolean) => ui.getState().set({ lit: on ? new Set(cause.ordinals) : null });
  const choose = () => {
    light(false);
    const [only] = cause.ordinals;
    if (cause.ordinals.length === 1 && only !== undefined) {
      ui.getState().openNode(only, "overview");
      ui.getState().fly("star", only);
    } else ui.getState().select(cause.ordinals);
  };
  return (
    <button
      type="button"
      className={styles.item}
      onClick={choose}
      onPointerEnter={() => light(true)}
      onPointerLeave={() => light(false)}
      onFocus={() => light(true)}
      onBlur={() => light(false)}
      data-testid="cause"
    >
      <StatusMark kind={cause.kind} />
      <b>{cause.title}</b>
      <em>{count(cause.ordinals.length)}</em>
      <span>{cause.where}</span>
    </button>
  );
}

function RecentItem({ entry }: { entry: Recent }) {
  const what = entry.kind === "connected" ? "connected" : "went offline";
  return (
    <div className={styles.item}>
      <StatusMark kind={entry.kind === "connected" ? "online" : "offline"} />
      <b>{entry.count === 1 ? `${entry.name} ${what}` : `${count(entry.count)} nodes ${what}`}</b>
      <em>{clockTime(entry.at)}</em>
      <span>{entry.where}</span>
    </div>
  );
}
