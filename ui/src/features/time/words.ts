/**
 * Moments of the last day in words, and where they stand on the band.
 * Not here: what is drawn (Band.tsx), which moment it is (state/replay).
 */
import type { BucketView, TimelineView } from "../../bridge/types";
import { clockTime } from "../../components/format";
import { t } from "../../i18n";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** "2 h 55 min ago": nearer than "3 h ago", because somebody looks for a minute. */
export function before(at: number, now: number): string {
  const minutes = Math.max(0, Math.round((now - at) / MINUTE));
  if (minutes === 0) return t("now");
  if (minutes < 60) return t("{{minutes}} min ago", { minutes });
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? t("{{hours}} h ago", { hours }) : t("{{hours}} h {{rest}} min ago", { hours, rest });
}

/** The time of day, and that it was yesterday when it was. */
export function momentOf(at: number, now: number): string {
  const clock = clockTime(at);
  return new Date(at).getDate() === new Date(now).getDate() ? clock : t("Yesterday, {{clock}}", { clock });
}

/** What a part of the day was like, for the pointer and for those who do not see it. */
export function tellBucket(bucket: BucketView | undefined): string {
  if (!bucket?.known) return t("nothing is known");
  const parts = [t("{{online}} online", { online: bucket.online })];
  if (bucket.degraded > 0) parts.push(t("{{degraded}} degraded", { degraded: bucket.degraded }));
  if (bucket.offline > 0) parts.push(t("{{offline}} offline", { offline: bucket.offline }));
  if (bucket.jobs > 0) parts.push(t("{{count}} jobs begun", { count: bucket.jobs }));
  if (bucket.jobsFailed > 0) parts.push(t("{{count}} jobs failed", { count: bucket.jobsFailed }));
  return parts.join(" · ");
}

export function bucketAt(day: TimelineView | null, at: number): BucketView | undefined {
  if (day === null || day.buckets.length === 0) return undefined;
  const share = (at - day.fromMs) / Math.max(1, day.toMs - day.fromMs);
  return day.buckets[Math.min(day.buckets.length - 1, Math.max(0, Math.floor(share * day.buckets.length)))];
}

/** The whole day in one sentence. */
export function tellDay(day: TimelineView): string {
  const worst = day.buckets.reduce<BucketView | null>(
    (most, one) => (one.known && one.offline > (most?.offline ?? 0) ? one : most),
    null,
  );
  const failed = day.buckets.reduce((sum, one) => sum + one.jobsFailed, 0);
  return [
    worst === null
      ? t("No node was offline in the last 24 hours.")
      : t("Most nodes offline at once: {{offline}}, at {{clock}}.", {
          offline: worst.offline,
          clock: clockTime(worst.atMs),
        }),
    failed > 0 ? t("{{count}} jobs failed.", { count: failed }) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Full hours, three apart, each with its place as a share of the band. */
export function hoursOf(from: number, to: number): { at: number; share: number }[] {
  const marks: { at: number; share: number }[] = [];
  const first = new Date(from);
  first.setHours(Math.ceil((first.getHours() + 1) / 3) * 3, 0, 0, 0);
  for (let at = first.getTime(); at < to; at += 3 * HOUR) {
    const share = (at - from) / (to - from);
    // A word at the very edge would be cut.
    if (share > 0.015 && share < 0.975) marks.push({ at, share });
  }
  return marks;
}
