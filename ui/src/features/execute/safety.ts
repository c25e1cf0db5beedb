/**
 * How much a schema may cost to check: patterns can take for ever, references can multiply. What is plainly harmless is
 * checked at once, the rest where it can be ended (judge.ts), and what is too large not at all; the node checks anyway.
 * Not here: checking (validate.ts).
 */
import type { JsonValue } from "../../bridge/types";
import { isSchema, sizeOf } from "./refs";

export type Weight = "light" | "heavy" | "huge";
const LIGHT = 3000;
const MOST = 60_000;
const LONGEST_PATTERN = 300;
const LONGEST_TEXT = 4096;

export function weigh(schema: JsonValue): Weight {
  const size = sizeOf(schema, MOST);
  if (size >= MOST) return "huge";
  if (size > LIGHT || !harmless(schema)) return "heavy";
  return "light";
}

/** No references, no pattern that may go back and forth, nothing that is compared with everything. */
function harmless(schema: JsonValue): boolean {
  const open: JsonValue[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === null || typeof next !== "object") continue;
    if (isSchema(next)) {
      if (typeof next.$ref === "string" || typeof next.$dynamicRef === "string") return false;
      if (typeof next.pattern === "string" && !isPlainPattern(next.pattern)) return false;
      if (isSchema(next.patternProperties) && !Object.keys(next.patternProperties).every(isPlainPattern)) return false;
    }
    for (const part of Array.isArray(next) ? next : Object.values(next)) open.push(part);
  }
  return true;
}

/**
 * A pattern whose cost is known: at the beginning of the text, without groups that repeat, and with no more than one
 * part that may be of any length.
 */
export function isPlainPattern(pattern: string): boolean {
  if (pattern.length > LONGEST_PATTERN || !pattern.startsWith("^")) return false;
  const bare = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  if (/\)[*+?{]|\(\?|\||\{\d{4,}/.test(bare)) return false;
  const open = bare.match(/[*+]|\{\d+,\d*\}/g) ?? [];
  return open.length <= 1;
}

/** What cannot be read as a pattern checks nothing, and a text that is too long for one is left to the node. */
export function readable(pattern: JsonValue): boolean {
  if (typeof pattern !== "string") return false;
  try {
    new RegExp(pattern, "u");
    return true;
  } catch {
    return false;
  }
}

export function tooLong(value: JsonValue): boolean {
  return typeof value === "string" && value.length > LONGEST_TEXT;
}
