/**
 * Whether a form can show a value without losing any of it, and which parts it would lose: what was written as JSON
 * goes back into the form only when it can. Not here: whether the value is right (validate.ts).
 */
import type { JsonValue } from "../../bridge/types";
import { draftOf, toJson } from "./draft";
import { type Field, under } from "./form";
import { isSchema } from "./refs";

const MOST_TOLD = 4;

/** Paths of what the form would lose; none: it can show all of it. */
export function lostIn(field: Field, value: JsonValue): string[] {
  const shown = toJson(field, draftOf(field, value, true));
  const lost: string[] = [];
  compare(value, shown, "", lost);
  return lost;
}

/** What the form adds (a const) is no loss; what it changes or leaves out is. */
function compare(value: JsonValue, shown: JsonValue | undefined, path: string, lost: string[]): void {
  if (lost.length >= MOST_TOLD) return;
  if (isSchema(value)) {
    if (!isSchema(shown)) lost.push(path);
    else
      for (const [key, one] of Object.entries(value))
        compare(one, Object.hasOwn(shown, key) ? shown[key] : undefined, under(path, key), lost);
  } else if (Array.isArray(value)) {
    if (!Array.isArray(shown) || shown.length !== value.length) {
      if (value.length > 0 || shown !== undefined) lost.push(path);
    } else for (const [i, one] of value.entries()) compare(one, shown[i], under(path, i), lost);
  } else if (value !== shown && !(value === "" && shown === undefined)) lost.push(path);
}
