/**
 * Log lines of a node: what is asked for, what comes back, and a bounded buffer that later looks add to.
 * Not here: asking (useLog.ts), drawing (Logs.tsx).
 */
import type { JsonValue } from "../../../bridge/types";
import { isFields, list, number, text } from "./read";

/** So many seconds back; "": as far as there are lines to show. */
export type Since = "" | "900" | "3600" | "86400";
export type LogWish = {
  source: "journal" | "file";
  unit: string;
  path: string;
  priority: string;
  since: Since;
  search: string;
};
export const EVERYTHING: LogWish = { source: "journal", unit: "", path: "", priority: "", since: "", search: "" };

export type LogLine = {
  /** Unix time in ms, or null. */
  at: number | null;
  level: string;
  from: string;
  pid: number | null;
  text: string;
};
export type LogPart = { lines: LogLine[]; cursor: string | null; more: boolean; note: string };

/** Lines of one answer. */
const LINES = 500;
/** Lines that are kept here. */
const KEPT = 5000;

/** What is asked of the node; with a cursor only what is new since. */
export function parametersOf(wish: LogWish, after: string | null): JsonValue {
  const asked: { [key: string]: JsonValue } = { lines: LINES };
  const give = (key: string, value: string) => {
    if (value.trim() !== "") asked[key] = value.trim();
  };
  if (wish.source === "file") give("path", wish.path);
  else {
    give("unit", wish.unit);
    give("priority", wish.priority);
    if (after === null && wish.since !== "") give("since", `-${wish.since}s`);
  }
  give("search", wish.search);
  if (after !== null) asked.after = after;
  return asked;
}

export function readLog(raw: JsonValue): LogPart | null {
  if (!isFields(raw) || !Array.isArray(raw.lines)) return null;
  const lines = list(raw.lines, (one) => {
    const at = Date.parse(text(one.at, 40));
    return {
      at: Number.isFinite(at) ? at : null,
      level: text(one.level, 20),
      from: text(one.from, 100),
      pid: number(one.pid),
      text: text(one.text, 4096),
    };
  });
  const cursor = text(raw.cursor, 400);
  return { lines, cursor: cursor === "" ? null : cursor, more: raw.more === true, note: text(raw.note, 300) };
}

/** What the log view shows: lines with a bound, like the output of an execution. */
export class LogBuffer {
  lines: LogLine[] = [];
  dropped = 0;
  version = 0;

  add(lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    this.lines.push(...lines);
    const over = this.lines.length - KEPT;
    if (over > 0) {
      this.lines = this.lines.slice(over);
      this.dropped += over;
    }
    this.version += 1;
  }

  text(): string {
    return this.lines.map((line) => lineText(line)).join("\n");
  }
}

export function lineText({ at, level, from, pid, text: words }: LogLine): string {
  const who = from === "" ? "" : `${from}${pid === null ? "" : `[${pid}]`}: `;
  return `${at === null ? "" : `${new Date(at).toISOString()} `}${level === "" ? "" : `${level} `}${who}${words}`;
}
