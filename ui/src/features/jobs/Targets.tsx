// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/**
 * The targets of a job one by one: state, attempt, how it ended, how long it took, when it is tried again. Virtual
 * rows, a page at a time; Enter or a click opens the node with the output. Not here: reading them (useJob.ts).
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { JobView, TargetState, TargetView } from "../../bridge/typesJob";
import { bytes, count, remaining, seconds } from "../../components/format";
import { Notice } from "../../components/Notice";
import { StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { useConsole } from "../../state/hooks";
import { openTarget } from "../../state/jobCommands";
import { plain } from "../../state/text";
import styles from "./Targets.module.css";
import { useTargets } from "./useJob";
import { TARGET_WORDS, targetMark } from "./words";

const ROW = 34;
const COLUMNS = ["Node", "State", "Attempt", "How it ended", "Time", "Output", ""];

export function Targets({ job, chosen }: { job: JobView; chosen: ReadonlySet<TargetState> }) {
  const console = useConsole();
  const { value, problem, loading, onMore } = useTargets(job, [...chosen]);
  const { rows, more } = value;
  const [cursor, setCursor] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    scrollPaddingEnd: ROW,
    initialRect: { width: 1000, height: 500 },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= rows.length - 50) onMore();
  }, [more, loading, last, rows.length, onMore]);
  const open = (target: TargetView) => openTarget(console, job.id, target);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursor === null ? -1 : rows.findIndex(({ index }) => index === cursor);
    const next = nextOf(event.key, at, rows.length);
    const target = rows[next ?? at];
    if (!target || (next === null && event.key !== "Enter")) return;
    if (next === null) open(target);
    else {
      setCursor(target.index);
      virtual.scrollToIndex(next);
    }
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label="Targets"
      aria-rowcount={more ? -1 : rows.length + 1}
      aria-activedescendant={cursor === null ? undefined : `target-${cursor}`}
      onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event)}
      data-testid="targets"
    >
      <Head />
      <div className={styles.sheet} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const target = rows[item.index];
          return target ? (
            <Row
              key={target.index}
              target={target}
              at={item.index}
              top={item.start}
              current={target.index === cursor}
              onOpen={open}
            />
          ) : null;
        })}
      </div>
      {problem && <Notice tone="problem">The targets cannot be read: {problem}</Notice>}
      {rows.length === 0 && !problem && (
        <p className={styles.empty}>{loading ? "Reading the targets…" : "No target is in these states."}</p>
      )}
    </div>
  );
}

function Head() {
  return (
    <div role="rowgroup" className={styles.sticky}>
      <div className={`${styles.row} ${styles.headRow}`} role="row" aria-rowindex={1}>
        {COLUMNS.map((title) => (
          <span key={title} role="columnheader">
            {title || <span className="visually-hidden">Next try</span>}
          </span>
        ))}
      </div>
    </div>
  );
}

function nextOf(key: string, at: number, count: number): number | null {
  const wanted = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key];
  return wanted === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, wanted));
}

type RowProps = { target: TargetView; at: number; top: number; current: boolean; onOpen(target: TargetView): void };

function Row({ target, at, top, current, onOpen }: RowProps) {
  const bad = targetMark(target.state) === "critical";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the keys (aria-activedescendant)
    <div
      className={`${styles.row} ${current ? styles.current : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      role="row"
      id={`target-${target.index}`}
      aria-rowindex={at + 2}
      aria-selected={current}
      onClick={() => onOpen(target)}
      data-testid="target-row"
      data-state={target.state}
    >
      <span role="gridcell" className={styles.name}>
        <bdi>{plain(target.nodeName, 120)}</bdi>
      </span>
      <span role="gridcell" className={`${styles.state} ${bad ? styles.bad : ""}`}>
        <StatusMark kind={targetMark(target.state)} size={10} />
        {TARGET_WORDS[target.state]}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {target.attempts > 0 ? count(target.attempts) : ""}
      </span>
      <span role="gridcell" className={styles.error}>
        {target.error === null ? (target.exitCode === null ? "" : `code ${target.exitCode}`) : plain(target.error, 300)}
        {target.fromCache && <em>from cache</em>}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {target.durationMs === null ? "" : seconds(target.durationMs)}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {target.outputBytes > 0 ? bytes(target.outputBytes) : ""}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {target.nextTryAt !== null && <NextTry at={target.nextTryAt} />}
      </span>
    </div>
  );
}

function NextTry({ at }: { at: string }) {
  const now = useNow();
  const left = remaining(at, now);
  return <>{left === "over" ? "tried again now" : `again in ${left}`}</>;
}
