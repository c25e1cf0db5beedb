/**
 * Reads values out of answers of nodes, which may be anything: what does not fit is left out, texts are made plain,
 * lists are bounded. Not here: which answers there are (shapes.ts, log.ts).
 */
import type { JsonValue } from "../../../bridge/types";
import { plain } from "../../../state/text";

export type Fields = { [key: string]: JsonValue };

const MOST = 2000;

export function isFields(value: JsonValue | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function text(value: JsonValue | undefined, most = 400): string {
  return typeof value === "string" ? plain(value, most) : "";
}

export function number(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A size or a count: what is below zero is nothing. */
export function size(value: JsonValue | undefined): number {
  return Math.max(0, number(value) ?? 0);
}

/** Each element that can be read. */
export function list<T>(value: JsonValue | undefined, read: (fields: Fields) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST).flatMap((item) => {
    const one = isFields(item) ? read(item) : null;
    return one === null ? [] : [one];
  });
}
