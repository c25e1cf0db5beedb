/**
 * Executions as a virtual list, newest first: of one node (drawer), or of all (dock, jobs page).
 * Not here: what their states mean in words (given by the caller, so that there is one place for it).
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import type { ExecutionView } from "../../bridge/types";
import { clockTime, seconds } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import type { Execution } from "../../state/executions";
import styles from "./ExecutionList.module.css";

export type InWords = (view: ExecutionView) => { word: string; bad: boolean; mark: MarkKind };
type ExecutionListProps = {
  executions: readonly Execution[];
  inWords: InWords;
  named: boolean;
  empty: string;
  onOpen(view: ExecutionView): void;
};

const ROW = 46;

export function ExecutionList({ executions, inWords, named, empty, onOpen }: ExecutionListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: executions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    initialRect: { width: 400, height: 500 },
  });
  if (executions.length === 0) return <p className={styles.empty}>{empty}</p>;
  return (
    <div ref={scroller} className={styles.list} data-testid="execution-list">
      <div className={styles.sheet} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const execution = executions[item.index];
          return execution ? (
            <Row
              key={execution.view.id}
              view={execution.view}
              top={item.start}
              told={inWords(execution.view)}
              named={named}
              onOpen={onOpen}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

type RowProps = {
  view: ExecutionView;
  top: number;
  told: ReturnType<InWords>;
  named: boolean;
  onOpen(view: ExecutionView): void;
};

function Row({ view, top, told, named, onOpen }: RowProps) {
  return (
    <button
      type="button"
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onOpen(view)}
      data-testid="execution-row"
      data-state={view.state}
    >
      <StatusMark kind={told.mark} size={11} />
      <span className={styles.title}>
        <code>
          {view.skill}.{view.method}
        </code>
        <bdi>{view.summary}</bdi>
      </span>
      <span className={`${styles.word} ${told.bad ? styles.bad : ""}`}>{told.word}</span>
      <span className={styles.sub}>
        <bdi>{named ? view.nodeName : (view.error ?? "")}</bdi>
        <span>
          {clockTime(view.submittedAt)}
          {view.durationMs === null ? "" : ` · ${seconds(view.durationMs)}`}
        </span>
      </span>
    </button>
  );
}
