/**
 * A point in time as it is typed, "2026-11-26 9:00" in this machine's zone, "+2h", "now" or RFC 3339, and as it is sent.
 * Pure; the clock is given. Not here: words for it (components/format).
 */
import { secondsOf } from "./quantity";

const LOCAL = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const EXACT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/;

/** RFC 3339 in UTC; null: this is no point in time. What is exact already stays as it was written. */
export function momentOf(text: string, now: number): string | null {
  const typed = text.trim();
  if (typed.toLowerCase() === "now") return whole(new Date(now));
  if (/^\+/.test(typed)) {
    const seconds = secondsOf(typed.slice(1));
    return seconds === null || seconds > 1e9 ? null : whole(new Date(now + seconds * 1000));
  }
  if (EXACT.test(typed)) return Number.isNaN(Date.parse(typed)) ? null : typed;
  const found = LOCAL.exec(typed);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  const date = new Date(year, month - 1, day, hour, minute, second);
  // The calendar carries over what does not exist; that is not what was meant.
  const same = date.getMonth() === month - 1 && date.getDate() === day && date.getMinutes() === minute && hour < 24;
  return same ? whole(date) : null;
}

function whole(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
