/**
 * Groups what needs attention by its likely cause: the reason a node gives, silence, and outcomes nobody can prove.
 * Not here: thresholds; the Nexus decides what is degraded.
 */
import type { Executions } from "../../state/executions";
import type { Fleet } from "../../state/fleet";
import { classOf, Status } from "../../state/status";

export type Cause = {
  key: string;
  kind: "degraded" | "offline" | "critical";
  title: string;
  where: string;
  ordinals: number[];
};

export function causesOf(fleet: Fleet, executions: Executions): Cause[] {
  const causes = new Map<string, Cause>();
  const add = (key: string, kind: Cause["kind"], title: string, ordinal: number) => {
    const cause = causes.get(key);
    if (cause) cause.ordinals.push(ordinal);
    else causes.set(key, { key, kind, title, where: "", ordinals: [ordinal] });
  };
  for (const ordinal of fleet.ordinals()) {
    const status = fleet.status[ordinal] ?? 0;
    const node = fleet.node(ordinal);
    if (!node || classOf(status) === "online") continue;
    if (node.trust.standing === "held") add("held", "critical", "Held: two machines showed one key", ordinal);
    else if (node.trust.standing === "revoked") continue;
    else if (status === Status.Offline) add("offline", "offline", "No connection", ordinal);
    else if (status === Status.Critical)
      add("critical", "critical", "Failed in a job, or unknown how it ended", ordinal);
    else if (node.degraded !== null) add(`degraded ${node.degraded}`, "degraded", node.degraded, ordinal);
    else add("suspect", "degraded", "No heartbeat for a while", ordinal);
  }
  const unsure = new Set<number>();
  for (const { view } of executions.all.values()) {
    if (view.state !== "unknown" || unsure.has(view.ordinal)) continue;
    unsure.add(view.ordinal);
    add("unknown", "critical", "Outcome of an execution unknown", view.ordinal);
  }
  const rank = { critical: 0, degraded: 1, offline: 2 };
  return [...causes.values()]
    .map((cause) => ({ ...cause, where: whereabouts(fleet, cause.ordinals) }))
    .sort((a, b) => rank[a.kind] - rank[b.kind] || b.ordinals.length - a.ordinals.length);
}

/** One or two nodes by name, more by site. */
function whereabouts(fleet: Fleet, ordinals: readonly number[]): string {
  const sites = [...new Set(ordinals.map((ordinal) => fleet.groupLabel(ordinal)))];
  if (ordinals.length <= 2) return ordinals.map((ordinal) => fleet.node(ordinal)?.name ?? "").join(", ");
  return sites.length <= 3 ? sites.join(", ") : `${sites.length} sites`;
}
