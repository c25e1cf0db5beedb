/**
 * Which rows the table shows, in which order. Everything is numbers in typed arrays: each row becomes one key (the
 * column's value, then its place by name), so that 100,000 nodes are sorted natively and ties always fall the same way.
 * What is not known stands last, whichever way is sorted.
 * Not here: drawing.
 */
import type { Fleet } from "../../state/fleet";
import { Status } from "../../state/status";
import { type Column, roleOf, trustOf } from "./columns";

export type { Column } from "./columns";
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
const TRUST_ORDER = { revoked: 0, held: 1, shared: 2, accepted: 3 };
/** More than there can be ordinals; a key stays within the 53 bits that are exact. */
const PLACES = 2 ** 21;
const UNKNOWN = 2 ** 31;

export function tableRows(fleet: Fleet, visible: ReadonlySet<number> | null, sort: Sort): Uint32Array {
  const { order, place } = byName(fleet);
  const value = valuesOf(fleet, sort.column, place);
  const keys = new Float64Array(visible ? visible.size : fleet.size);
  let n = 0;
  const add = (ordinal: number) => {
    const known = value(ordinal);
    const first = known === null ? UNKNOWN : sort.descending ? UNKNOWN - 1 - known : known;
    keys[n++] = first * PLACES + (place[ordinal] ?? 0);
  };
  if (visible) for (const ordinal of visible) add(ordinal);
  else for (const ordinal of order) add(ordinal);
  keys.subarray(0, n).sort();
  const rows = new Uint32Array(n);
  for (let i = 0; i < n; i++) rows[i] = order[(keys[i] ?? 0) % PLACES] ?? 0;
  return rows;
}

/** Whether the same nodes are shown as before, so that their order may stay. */
export function sameMembers(fleet: Fleet, rows: Uint32Array, visible: ReadonlySet<number> | null): boolean {
  if (rows.length !== (visible ? visible.size : fleet.size)) return false;
  for (const ordinal of rows) {
    if (visible ? !visible.has(ordinal) : fleet.status[ordinal] === Status.Absent) return false;
  }
  return true;
}

/** What a column is sorted by: whole numbers from 0 up, below 2^31; null is not known. */
function valuesOf(fleet: Fleet, column: Column, place: Uint32Array): (ordinal: number) => number | null {
  const ranked = (text: (ordinal: number) => string) => {
    const made = ranks(fleet, text);
    return (o: number) => made[o] ?? null;
  };
  const known = (o: number) => fleet.status[o] !== Status.Offline;
  switch (column) {
    case "name":
      return (o) => place[o] ?? 0;
    case "tasks":
      return (o) => fleet.tasks[o] ?? 0;
    case "cpu":
      return (o) => whole(fleet.load(o, "cpu"), 1e6);
    case "memory":
      return (o) => whole(fleet.load(o, "memory"), 1e6);
    case "latency":
      return (o) => (known(o) ? whole(fleet.node(o)?.latencyMs, 1000) : null);
    case "cores":
      return (o) => whole(fleet.node(o)?.cpuCores || null);
    case "ram":
      return (o) => whole(fleet.node(o)?.memoryMb || null);
    case "status":
      return (o) => STATUS_ORDER[fleet.status[o] ?? 0] ?? 9;
    case "trust":
      return (o) => TRUST_ORDER[trustOf(fleet.node(o)?.trust ?? { standing: "accepted", fingerprint: "" })];
    case "site":
      return ranked((o) => fleet.groupLabel(o));
    case "role":
      return ranked((o) => roleOf(fleet, o));
    case "address":
      return ranked((o) => naturalKey(fleet.node(o)?.address ?? ""));
    case "os":
      return ranked((o) => naturalKey(fleet.node(o)?.osName ?? ""));
    case "arch":
      return ranked((o) => fleet.node(o)?.arch ?? "");
    case "tags":
      return ranked((o) => fleet.node(o)?.tags.join(" ") ?? "");
    case "skills":
      return ranked((o) => fleet.node(o)?.skills.join(" ") ?? "");
    case "version":
      return ranked((o) => {
        const node = fleet.node(o);
        return node ? (node.dialect < 2 ? "v1" : naturalKey(node.sporeVersion)) : "";
      });
    case "seen": {
      const at = secondsOf(fleet, (o) => fleet.node(o)?.lastSeen);
      // Whoever is here is seen now.
      return (o) => (known(o) ? 0 : at(o));
    }
    case "registered":
      return secondsOf(fleet, (o) => fleet.node(o)?.registeredAt, true);
  }
}

function whole(value: number | null | undefined, times = 1): number | null {
  if (value === null || value === undefined || !(value >= 0)) return null;
  return Math.min(UNKNOWN - 2, Math.round(value * times));
}

/** Seconds before the latest of them, or with `since` after the earliest. */
function secondsOf(
  fleet: Fleet,
  text: (ordinal: number) => string | undefined,
  since = false,
): (ordinal: number) => number | null {
  const at = new Float64Array(fleet.count).fill(Number.NaN);
  let earliest = Number.POSITIVE_INFINITY;
  let latest = 0;
  for (const o of fleet.ordinals()) {
    const seconds = Date.parse(text(o) ?? "") / 1000;
    at[o] = seconds;
    if (seconds > latest) latest = seconds;
    if (seconds < earliest) earliest = seconds;
  }
  return (o) => {
    const from = at[o] ?? Number.NaN;
    const value = since ? from - earliest : latest - from;
    return Number.isNaN(value) ? null : Math.min(UNKNOWN - 2, Math.max(0, Math.round(value)) + 1);
  };
}

type ByName = { names: (string | undefined)[]; order: Uint32Array; place: Uint32Array };
const nameCache = new WeakMap<Fleet, ByName & { version: number }>();

/** Everybody in the natural order of names; made again only when a name came, went or changed. */
function byName(fleet: Fleet): ByName {
  const version = fleet.versions.structure;
  const cached = nameCache.get(fleet);
  if (cached?.version === version) return cached;
  const names: (string | undefined)[] = new Array(fleet.count);
  let same = cached?.names.length === fleet.count;
  for (let o = 0; o < fleet.count; o++) {
    names[o] = fleet.node(o)?.name;
    same &&= cached?.names[o] === names[o];
  }
  if (cached && same) {
    cached.version = version;
    return cached;
  }
  const keys: string[] = new Array(fleet.count);
  const known: number[] = [];
  names.forEach((name, o) => {
    if (name === undefined) return;
    keys[o] = naturalKey(name);
    known.push(o);
  });
  known.sort((a, b) => compare(keys[a] ?? "", keys[b] ?? "") || a - b);
  const place = new Uint32Array(fleet.count);
  known.forEach((o, i) => {
    place[o] = i;
  });
  const made = { names, order: Uint32Array.from(known), place, version };
  nameCache.set(fleet, made);
  return made;
}

/** Equal texts share a rank, so that the name decides within them. Nothing at all is not known, and last. */
function ranks(fleet: Fleet, text: (ordinal: number) => string): (number | null)[] {
  const keys: string[] = [];
  const unique = new Set<string>();
  for (const o of fleet.ordinals()) {
    const key = text(o).toLowerCase();
    keys[o] = key;
    if (key !== "") unique.add(key);
  }
  const position = new Map([...unique].sort(compare).map((key, i) => [key, i]));
  return keys.map((key) => position.get(key) ?? null);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** "node-9" before "node-10": numbers are padded, case is ignored. */
export function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(10, "0"));
}
