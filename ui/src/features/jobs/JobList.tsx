/**
 * All jobs as virtual rows: those under way first, then what was, each newest first.
 * Not here: filters (JobsView), one job as a page (RunPage).
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import type { JobView } from "../../bridge/types";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { isOver } from "../../state/jobs";
import styles from "./JobList.module.css";
import { JobRow } from "./JobRow";

const ROW = 46;
const HEADING = 34;
type Item = { heading: string } | { job: JobView };

type JobListProps = { jobs: readonly JobView[]; empty: string; onOpen(job: JobView): void };

export function JobList({ jobs, empty, onOpen }: JobListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(15_000);
  const items = inOrder(jobs);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => ("heading" in (items[i] as Item) ? HEADING : ROW),
    getItemKey: (i) => keyOf(items[i] as Item),
    overscan: 8,
    initialRect: { width: 1000, height: 700 },
  });
  if (jobs.length === 0) return <p className={styles.empty}>{empty}</p>;
  return (
    <div ref={scroller} className={styles.list} data-testid="job-list">
      <div className={styles.sheet} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const item = items[index] as Item;
          return "heading" in item ? (
            <h2 key={key} className={styles.heading} style={{ transform: `translateY(${start}px)` }}>
              {item.heading}
            </h2>
          ) : (
            <JobRow key={key} job={item.job} top={start} now={now} onOpen={onOpen} />
          );
        })}
      </div>
    </div>
  );
}

function inOrder(jobs: readonly JobView[]): Item[] {
  const live = jobs.filter((job) => !isOver(job)).map((job) => ({ job }));
  const over = jobs.filter(isOver).map((job) => ({ job }));
  return [
    ...(live.length > 0 ? [{ heading: t("Under way") }, ...live] : []),
    ...(over.length > 0 ? [{ heading: t("History") }, ...over] : []),
  ];
}

function keyOf(item: Item): string {
  return "heading" in item ? item.heading : item.job.id;
}
