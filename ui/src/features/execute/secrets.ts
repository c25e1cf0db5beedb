/**
 * Parameters without their secrets: hidden in the one line that says what was run, left out of what is kept for the
 * next time. Not here: what the Nexus takes out by itself.
 */
import type { JsonValue } from "../../bridge/types";
import { fits } from "./draft";
import type { Field } from "./form";
import { isSchema } from "./refs";

const HIDDEN = "•••";

/** What names say is a secret is one, whatever the schema calls it. */
const TELLING = /pass(word|phrase|wd)?$|secret|token|api_?key|private_?key|credential/i;

/** For the line that says what was run: secrets hidden, what is long in itself only hinted at. */
export function toldOf(field: Field, value: JsonValue): JsonValue {
  if (isSecret(field)) return HIDDEN;
  if (field.kind === "rows") return "…";
  if (field.kind === "json" && field.key !== "") return typeof value === "object" ? "…" : value;
  return mapped(field, value, toldOf) ?? value;
}

/** For the next time: without secrets. `left` says whether there were any. */
export function keptOf(field: Field, value: JsonValue): { value: JsonValue | undefined; left: boolean } {
  let left = false;
  const keep = (one: Field, held: JsonValue): JsonValue | undefined => {
    if (isSecret(one)) {
      left = true;
      return undefined;
    }
    if (one.kind === "json" || one.kind === "rows") {
      const bare = bareOf(held);
      left ||= bare.left;
      return bare.value;
    }
    return mapped(one, held, keep) ?? held;
  };
  const value_ = keep(field, value);
  return { value: value_, left };
}

function isSecret(field: Field): boolean {
  return field.kind === "text" && (field.look === "secret" || TELLING.test(field.key));
}

/** Of something that has no fields: by names alone. */
function bareOf(value: JsonValue): { value: JsonValue; left: boolean } {
  if (Array.isArray(value)) {
    const parts = value.map(bareOf);
    return { value: parts.map((part) => part.value), left: parts.some((part) => part.left) };
  }
  if (!isSchema(value)) return { value, left: false };
  const open = Object.entries(value).filter(([key, held]) => !(TELLING.test(key) && typeof held === "string"));
  const parts = open.map(([key, held]) => [key, bareOf(held)] as const);
  return {
    value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])),
    left: open.length < Object.keys(value).length || parts.some(([, part]) => part.left),
  };
}

/** The value with `each` done to everything in it; undefined: it has nothing in it. */
function mapped(
  field: Field,
  value: JsonValue,
  each: (field: Field, value: JsonValue) => JsonValue | undefined,
): JsonValue | undefined {
  if (field.kind === "choice") {
    const branch = field.branches.find((one) => fits(one.field, value));
    return branch ? each(branch.field, value) : undefined;
  }
  if (field.kind === "cards" && Array.isArray(value))
    return value.map((one) => each(field.item, one)).filter((one) => one !== undefined);
  if (field.kind !== "object" || !isSchema(value)) return undefined;
  const out: { [key: string]: JsonValue } = {};
  for (const [key, held] of Object.entries(value)) {
    const one = field.fields.find((other) => other.key === key) ?? field.extra;
    const shown = one ? each({ ...one, key }, held) : TELLING.test(key) ? undefined : held;
    if (shown !== undefined) out[key] = shown;
  }
  return out;
}
