/**
 * Which rows the table shows, in which order: sorting and filtering over typed arrays, so that 100,000 nodes cost no
 * objects. Names get a rank once per change of the fleet; every other column compares numbers and falls back to it.
 * Not here: drawing.
 */
import type { Fleet } from "../../state/fleet";
import { Status } from "../../state/status";

export type Column = "status" | "name" | "site" | "role" | "cpu" | "memory" | "tasks" | "version" | "seen";
export type Sort = { column: Column; descending: boolean };

/** Exceptions first: what needs a look stands at the top of the status column. */
const STATUS_ORDER: Record<number, number> = {
  [Status.Critical]: 0,
  [Status.Degraded]: 1,
  [Status.Offline]: 2,
  [Status.Busy]: 3,
  [Status.Online]: 3,
  [Status.Absent]: 9,
};

export function tableRows(fleet: Fleet, visible: ReadonlySet<number> | null, sort: Sort): Uint32Array {
  const rows = new Uint32Array(visible ? visible.size : fleet.size);
  let n = 0;
  if (visible) for (const ordinal of visible) rows[n++] = ordinal;
  else for (const ordinal of fleet.ordinals()) if (n < rows.length) rows[n++] = ordinal;
  const rank = nameRanks(fleet);
  const value = sortKey(fleet, sort.column, rank);
  const sign = sort.descending ? -1 : 1;
  return rows
    .subarray(0, n)
    .sort((a, b) => sign * ((value[a] ?? 0) - (value[b] ?? 0)) || (rank[a] ?? 0) - (rank[b] ?? 0));
}

export function roleOf(fleet: Fleet, ordinal: number): string {
  const tags = fleet.node(ordinal)?.tags ?? [];
  return tags.find((tag) => tag.startsWith("role:"))?.slice(5) ?? "";
}

function sortKey(
  fleet: Fleet,
  column: Column,
  rank: Uint32Array,
): Float64Array | Float32Array | Uint16Array | Uint32Array {
  switch (column) {
    case "name":
      return rank;
    case "tasks":
      return fleet.tasks;
    case "cpu":
      return loads(fleet, fleet.cpu);
    case "memory":
      return loads(fleet, fleet.memory);
    case "status": {
      const key = new Float64Array(fleet.count);
      for (let i = 0; i < fleet.count; i++) key[i] = STATUS_ORDER[fleet.status[i] ?? 0] ?? 9;
      return key;
    }
    case "site":
      return ranks(fleet, (i) => fleet.groupLabel(i));
    case "role":
      return ranks(fleet, (i) => roleOf(fleet, i));
    case "version":
      return ranks(fleet, (i) => naturalKey(fleet.node(i)?.sporeVersion ?? ""));
    case "seen": {
      const key = new Float64Array(fleet.count);
      for (const i of fleet.ordinals())
        key[i] =
          fleet.status[i] === Status.Offline
            ? -Date.parse(fleet.node(i)?.lastSeen ?? "") || 0
            : Number.NEGATIVE_INFINITY;
      return key.map((v) => (v === Number.NEGATIVE_INFINITY ? -8.64e15 : v));
    }
  }
}

/** The load of an offline node is not known; it sorts below every known one. */
function loads(fleet: Fleet, from: Float32Array): Float32Array {
  const key = from.slice(0, fleet.count);
  for (let i = 0; i < fleet.count; i++) if (fleet.status[i] === Status.Offline) key[i] = -1;
  return key;
}

const rankCache = new WeakMap<Fleet, { version: number; ranks: Uint32Array }>();

function nameRanks(fleet: Fleet): Uint32Array {
  const cached = rankCache.get(fleet);
  if (cached && cached.version === fleet.versions.structure) return cached.ranks;
  const made = ranks(fleet, (i) => naturalKey(fleet.node(i)?.name ?? ""));
  rankCache.set(fleet, { version: fleet.versions.structure, ranks: made });
  return made;
}

/** Equal texts share a rank, so that the name decides within them. */
function ranks(fleet: Fleet, text: (ordinal: number) => string): Uint32Array {
  const keys: string[] = [];
  for (const i of fleet.ordinals()) keys[i] = text(i);
  const unique = [...new Set(Object.values(keys))].sort();
  const position = new Map(unique.map((key, i) => [key, i]));
  const out = new Uint32Array(fleet.count);
  for (const i of fleet.ordinals()) out[i] = position.get(keys[i] ?? "") ?? 0;
  return out;
}

/** "node-9" before "node-10": numbers are padded, case is ignored. */
function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(10, "0"));
}
