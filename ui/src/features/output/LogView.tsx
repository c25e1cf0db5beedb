/**
 * Lines of text, of an execution's output or of a log: virtualised, selectable, following the tail unless the reader
 * scrolled up. Text from a node is only ever text; it was stripped of control sequences on its way in (state/text.ts).
 * Not here: colours of terminals, searching; what a line of a log looks like (given by the caller).
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/Button";
import type { Line } from "../../state/output";
import styles from "./LogView.module.css";

const LINE = 19;
/** Within this distance of the end the reader counts as being there. */
const NEAR_END = 24;

/** What has lines with a bound, and counts its changes. */
export type Lines<T> = { lines: readonly T[]; dropped: number; version: number };

type LogViewProps<T> = { output: Lines<T>; live: boolean; label: string; line(line: T, last: boolean): ReactNode };

export function LogView<T>({ output, live, label, line: draw }: LogViewProps<T>) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const head = output.dropped > 0 ? 1 : 0;
  const total = output.lines.length + head;
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 12,
    initialRect: { width: 400, height: 400 },
  });
  // After the virtual rows: they start at the top when they are made, and this brings them to the tail.
  const [following, setFollowing] = useFollowing(scroller, output);

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.log}
        role="log"
        aria-live="off"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        data-testid="output"
        data-lines={output.lines.length}
      >
        <div className={styles.sheet} style={{ height: rows.getTotalSize() + (live ? 0 : 4) }}>
          {rows.getVirtualItems().map((row) => {
            const line = output.lines[row.index - head];
            return (
              <div key={row.key} className={styles.line} style={{ transform: `translateY(${row.start}px)` }}>
                {line !== undefined ? (
                  draw(line, row.index === total - 1)
                ) : (
                  <span className={styles.gap}>
                    {t("{{count}} earlier lines are not kept here", { count: output.dropped })}
                  </span>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {!following && (
        <div className={styles.pause}>
          <Button small onClick={() => setFollowing(true)}>
            <ArrowDown size={13} aria-hidden="true" /> {t("Follow")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whether the reader is at the tail; keeps them there while they are, and keeps their line in place while not. */
function useFollowing(scroller: RefObject<HTMLDivElement | null>, output: Lines<unknown>) {
  const [following, setFollowing] = useState(true);
  // Only new output scrolls, never a mere render: a render caused by the reader's own scrolling must not pull it back.
  // A buffer that dropped lines at its front moves under a reader who scrolled up; the same line stays in place.
  const droppedBefore = useRef(output.dropped);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the buffer holds
  useLayoutEffect(() => {
    const element = scroller.current;
    const moved = output.dropped - droppedBefore.current;
    droppedBefore.current = output.dropped;
    if (!element) return;
    if (following) element.scrollTop = element.scrollHeight;
    else if (moved > 0) element.scrollTop = Math.max(0, element.scrollTop - moved * LINE);
  }, [scroller, output, output.version, following]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let atTail = true;
    const onScroll = () => {
      atTail = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
      setFollowing(atTail);
    };
    // A message above the log, or a resized window, takes room from it; the tail stays in sight.
    const watcher = new ResizeObserver(() => {
      if (atTail) element.scrollTop = element.scrollHeight;
    });
    watcher.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
  return [following, setFollowing] as const;
}

/** A line of an execution, with the seconds since it began. */
export function OutputLine({ line, caret }: { line: Line; caret: boolean }) {
  if (line.stream === "gap") return <span className={styles.gap}>{line.text}</span>;
  return (
    <>
      <span className={styles.time}>{(line.atMs / 1000).toFixed(2)}</span>
      <span className={line.stream === "stderr" ? styles.stderr : line.stream === "note" ? styles.note : undefined}>
        {line.text}
      </span>
      {caret && <span className={styles.caret} />}
    </>
  );
}
