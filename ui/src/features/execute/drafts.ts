/**
 * What was typed into the form of which method, kept while the window lives, so that looking at another node and
 * back loses nothing.
 */
import type { Draft } from "./draft";

type Kept = { draft: Draft; timeoutSeconds: number };
const kept = new Map<string, Kept>();
const MAX_KEPT = 200;

export function keptDraft(key: string): Kept | undefined {
  return kept.get(key);
}

export function keepDraft(key: string, value: Kept): void {
  kept.delete(key);
  kept.set(key, value);
  const oldest = kept.keys().next();
  if (kept.size > MAX_KEPT && !oldest.done) kept.delete(oldest.value);
}

export function forgetDrafts(): void {
  kept.clear();
}
