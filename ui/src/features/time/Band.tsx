/**
 * The day as a picture: how many nodes were degraded and offline, on a scale of their own because they are few among
 * many, ticks where jobs began and failed, and gaps where nothing is known. Decoration of the slider over it.
 * Not here: the moment that is chosen (Slider.tsx).
 */
import { memo } from "react";
import type { BucketView, TimelineView } from "../../bridge/types";
import styles from "./Time.module.css";

const HEIGHT = 40;
/** Ticks of jobs stand above, exceptions grow from below. */
const TICKS = 7;
const ROOM = HEIGHT - TICKS - 3;
/** Exceptions fill the room when they are this share of the fleet, so that two of a thousand stay small. */
const FULL = 0.06;

export const Band = memo(function Band({ day }: { day: TimelineView }) {
  const { buckets } = day;
  const scale = scaleOf(buckets);
  const height = (count: number) => (count === 0 ? 0 : Math.max(1.5, count * scale));
  return (
    <svg
      className={styles.picture}
      viewBox={`0 0 ${buckets.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className={styles.unknown} d={bars(buckets, (one) => (one.known ? null : [TICKS, HEIGHT]))} />
      <path className={styles.ground} d={bars(buckets, (one) => (one.known ? [HEIGHT - 1, HEIGHT] : null))} />
      <path className={styles.offline} d={bars(buckets, (one) => [HEIGHT - 1 - height(one.offline), HEIGHT - 1])} />
      <path
        className={styles.degraded}
        d={bars(buckets, (one) => {
          const foot = HEIGHT - 1 - height(one.offline);
          return [foot - height(one.degraded), foot];
        })}
      />
      <path className={styles.begun} d={ticks(buckets, (one) => (one.jobs > 0 ? 4 : 0))} />
      <path className={styles.failed} d={ticks(buckets, (one) => (one.jobsFailed > 0 ? TICKS : 0))} />
    </svg>
  );
});

function scaleOf(buckets: readonly BucketView[]): number {
  let most = 3;
  for (const { online, degraded, offline } of buckets)
    most = Math.max(most, degraded + offline, FULL * (online + degraded + offline));
  return ROOM / most;
}

/** Equal neighbours are one bar, so that no seam shows between them. */
function bars(buckets: readonly BucketView[], of: (bucket: BucketView) => [number, number] | null): string {
  let path = "";
  let open: { x: number; top: number; foot: number } | null = null;
  const close = (x: number) => {
    if (open && open.foot > open.top) path += `M${open.x} ${open.foot}V${open.top}H${x}V${open.foot}z`;
  };
  buckets.forEach((bucket, x) => {
    const [top, foot] = of(bucket) ?? [0, 0];
    if (open && open.top === top && open.foot === foot) return;
    close(x);
    open = { x, top, foot };
  });
  close(buckets.length);
  return path;
}

function ticks(buckets: readonly BucketView[], of: (bucket: BucketView) => number): string {
  return buckets.map((bucket, x) => (of(bucket) > 0 ? `M${x + 0.1} 0h0.9v${of(bucket)}h-0.9z` : "")).join("");
}
