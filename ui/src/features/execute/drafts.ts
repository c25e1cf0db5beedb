/**
 * What was typed into the form of which method, kept while the window lives, so that looking at another node and
 * back loses nothing. Not here: what is kept for longer (state/savedCalls).
 */
import type { JsonValue } from "../../bridge/types";
import { nameOf, type OfferedMethod } from "./builtin";
import { type Draft, draftOf } from "./draft";
import { lostIn } from "./faithful";
import { readForm } from "./schema";

/** `json`: it is being written as JSON, and this is the text. */
export type Kept = { draft: Draft; json: string | null; timeoutSeconds: number };
const kept = new Map<string, Kept>();
const MAX_KEPT = 200;

export function draftKey(scope: string, method: Pick<OfferedMethod, "skill" | "method">): string {
  return `${scope} ${nameOf(method)}`;
}

export function keptDraft(key: string): Kept | undefined {
  return kept.get(key);
}

export function keepDraft(key: string, value: Kept): void {
  kept.delete(key);
  kept.set(key, value);
  const oldest = kept.keys().next();
  if (kept.size > MAX_KEPT && !oldest.done) kept.delete(oldest.value);
}

/** A form that nobody has typed into yet begins with what a call was made with before. */
export function beginWith(scope: string, method: OfferedMethod, parameters: JsonValue, timeoutSeconds: number): void {
  const key = draftKey(scope, method);
  if (!kept.has(key)) keepDraft(key, filled(method.schema, parameters, timeoutSeconds));
}

/** A form filled with parameters; as JSON when it could not show all of them. */
export function filled(schema: JsonValue, parameters: JsonValue, timeoutSeconds: number): Kept {
  const form = readForm(schema);
  const json = form.kind === "json" || lostIn(form, parameters).length > 0 ? JSON.stringify(parameters, null, 2) : null;
  return { draft: draftOf(form, parameters, true), json, timeoutSeconds };
}

export function forgetDrafts(): void {
  kept.clear();
}
