/**
 * Most nodes of a swarm offer exactly the same methods, and every message brings its own copy with all schemas.
 * Equal lists are kept once, which saves memory and lets others compare lists by identity.
 * Not here: what methods mean (features/execute).
 */
import type { MethodView } from "../bridge/types";

const MOST_LISTS = 500;
const known = new Map<string, MethodView[]>();
const seen = new WeakSet<MethodView[]>();

export function sharedList(methods: MethodView[] | null | undefined): MethodView[] {
  if (!Array.isArray(methods)) return [];
  if (seen.has(methods)) return methods;
  const key = JSON.stringify(methods);
  const kept = known.get(key);
  if (kept) return kept;
  if (known.size >= MOST_LISTS) known.clear();
  known.set(key, methods);
  seen.add(methods);
  return methods;
}
