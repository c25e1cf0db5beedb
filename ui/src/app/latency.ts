/** The round trip as one number: the median over nodes that are online. Made once per change of the fleet. */
import type { Fleet } from "../state/fleet";

const cache = new WeakMap<Fleet, { version: number; value: number | null }>();

export function medianLatency(fleet: Fleet): number | null {
  const cached = cache.get(fleet);
  if (cached && cached.version === fleet.versions.structure) return cached.value;
  const values: number[] = [];
  for (const ordinal of fleet.ordinals()) {
    const node = fleet.node(ordinal);
    if (node && node.state === "online" && typeof node.latencyMs === "number" && Number.isFinite(node.latencyMs))
      values.push(node.latencyMs);
  }
  values.sort((a, b) => a - b);
  const middle = values[values.length >> 1];
  const value = middle === undefined ? null : Math.round(middle);
  cache.set(fleet, { version: fleet.versions.structure, value });
  return value;
}
