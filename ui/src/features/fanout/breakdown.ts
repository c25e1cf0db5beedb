/** Counts of a selection by state and by site. Not here: drawing. */
import type { Fleet } from "../../state/fleet";
import { classOf, type StatusClass } from "../../state/status";

export type Breakdown = { total: number; states: Record<StatusClass, number>; sites: [string, number][] };

export function breakDown(fleet: Fleet, ordinals: Iterable<number>): Breakdown {
  const states: Record<StatusClass, number> = { online: 0, degraded: 0, offline: 0 };
  const sites = new Map<string, number>();
  let total = 0;
  for (const ordinal of ordinals) {
    const status = classOf(fleet.status[ordinal] ?? 0);
    if (!status) continue;
    total += 1;
    states[status] += 1;
    const site = fleet.groupLabel(ordinal);
    sites.set(site, (sites.get(site) ?? 0) + 1);
  }
  return { total, states, sites: [...sites].sort((a, b) => b[1] - a[1]) };
}
