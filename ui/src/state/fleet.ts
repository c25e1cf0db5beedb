/**
 * The swarm as the console knows it: typed arrays indexed by ordinal (what the map draws), the details of each node,
 * and counts per group. Lives outside React; changes collect in a delta that is told once per feed batch (`commit`).
 * Everything that arrives is judged before it is stored: NaN, absurd ordinals and control characters do not get in.
 * Not here: what is selected or filtered (ui.ts), executions (executions.ts).
 */
import type { GroupView, NodeView, PlaceRow, VitalsRow } from "../bridge/types";
import { t } from "../i18n";
import { History } from "./history";
import { sharedList } from "./methods";
import { classOf, Status, type StatusClass, statusOf } from "./status";
import { plain } from "./text";
import { cleanPolicy, cleanTrust } from "./trust";

/** More stars than this are not drawn by anybody; a larger ordinal is a broken message. */
const MAX_ORDINAL = 1 << 20;

export type GroupCount = Record<StatusClass, number> & { critical: number };

export type FleetDelta = {
  /** Ordinals whose load, tasks or status changed. */
  dirty: Set<number>;
  connected: number[];
  disconnected: number[];
  /** Nodes appeared, vanished or changed their details. */
  structure: boolean;
  groups: boolean;
  /** Everybody may stand elsewhere now: another chart. */
  charted: boolean;
  /** A snapshot gave other ordinals to known ids: whoever keeps ordinals must look them up again. */
  remapped: Map<number, number> | null;
};

type Listener = (delta: FleetDelta) => void;

export class Fleet {
  /** Highest known ordinal plus one. Absent ordinals have status 0. */
  count = 0;
  x = new Float32Array(64);
  y = new Float32Array(64);
  cpu = new Float32Array(64);
  memory = new Float32Array(64);
  tasks = new Uint16Array(64);
  /** 1: its load is known. Of nodes at another instance it may not be. */
  measured = new Uint8Array(64);
  status = new Uint8Array(64);
  group = new Uint16Array(64);
  groups: readonly GroupView[] = [];
  groupCounts: GroupCount[] = [];
  totals: GroupCount = emptyCount();
  history = new History();
  /** Version counters for slices: details and membership; status bytes; load. */
  versions = { structure: 0, status: 0, vitals: 0 };
  #details: (NodeView | undefined)[] = [];
  /** Ordinals that carry the diamond. */
  #critical = new Set<number>();
  #byId = new Map<string, number>();
  #listeners = new Set<Listener>();
  #delta = emptyDelta();
  #touched = false;

  get size(): number {
    return this.#byId.size;
  }

  node(ordinal: number): NodeView | undefined {
    return this.#details[ordinal];
  }

  ordinalOf(id: string): number | undefined {
    return this.#byId.get(id);
  }

  /** Every known ordinal, in order. */
  *ordinals(): Generator<number> {
    for (let i = 0; i < this.count; i++) if (this.status[i] !== Status.Absent) yield i;
  }

  /** Its load, 0..1; null while nobody knows it. */
  load(ordinal: number, of: "cpu" | "memory"): number | null {
    if (this.status[ordinal] === Status.Offline || this.measured[ordinal] !== 1) return null;
    return this[of][ordinal] ?? 0;
  }

  groupLabel(ordinal: number): string {
    const index = this.group[ordinal] ?? 0;
    return index === 0 ? t("Home") : (this.groups[index]?.label ?? t("Home"));
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  applySnapshot(nodes: readonly NodeView[], groups: readonly GroupView[]): void {
    const before = new Map(this.#byId);
    for (const ordinal of this.ordinals()) this.#delta.dirty.add(ordinal);
    this.status.fill(Status.Absent);
    this.#details = [];
    this.#critical.clear();
    this.#byId.clear();
    this.totals = emptyCount();
    this.groupCounts = [];
    this.applyGroups(groups);
    for (const node of nodes) if (judge(node)) this.#store(node);
    this.count = this.#details.length;
    const remapped = new Map<number, number>();
    for (const [id, old] of before) remapped.set(old, this.#byId.get(id) ?? -1);
    this.#delta.remapped = before.size > 0 ? remapped : null;
    this.#delta.structure = true;
  }

  applyNode(change: "connected" | "disconnected" | "changed", node: NodeView): void {
    if (!judge(node)) return;
    const known = this.#byId.get(node.id);
    const holder = this.#details[node.ordinal];
    if (holder && holder.id !== node.id) return;
    if (known !== undefined && known !== node.ordinal) return;
    const was = known === undefined ? Status.Absent : this.status[known];
    this.#store(node, known !== undefined);
    const now = this.status[node.ordinal];
    if (change === "connected" && was !== Status.Online && was !== Status.Busy)
      this.#delta.connected.push(node.ordinal);
    if (change === "disconnected" && was !== now && now === Status.Offline) this.#delta.disconnected.push(node.ordinal);
    this.#delta.structure = true;
  }

  applyGroups(groups: readonly GroupView[]): void {
    const list: GroupView[] = [];
    for (const group of groups) {
      if (!Number.isInteger(group?.index) || group.index < 0 || group.index > 65535) continue;
      const discs = (group.discs ?? []).filter((d) => Number.isFinite(d.x) && Number.isFinite(d.y) && d.r > 0);
      list[group.index] = { ...group, label: plain(group.label, 80) || t("Unnamed"), discs };
    }
    for (let i = 0; i < list.length; i++) list[i] ??= { index: i, key: "", label: t("Home"), discs: [] };
    this.groups = list;
    this.#delta.groups = true;
    this.#touched = true;
  }

  /** Another chart: the same nodes in other places and groups. */
  applyChart(groups: readonly GroupView[], places: readonly PlaceRow[]): void {
    this.applyGroups(groups);
    for (const place of places) {
      const [ordinal, group, x, y] = place ?? [];
      const node = this.#details[ordinal];
      if (!node || !Number.isFinite(x) || !Number.isFinite(y)) continue;
      const index = Number.isInteger(group) && group >= 0 && group < this.groups.length ? group : 0;
      this.#details[ordinal] = { ...node, group: index, x, y };
      this.x[ordinal] = x;
      this.y[ordinal] = y;
      this.group[ordinal] = index;
    }
    this.#countGroups();
    this.versions.status += 1;
    this.#delta.structure = true;
    this.#delta.charted = true;
  }

  #countGroups(): void {
    this.groupCounts = [];
    for (const ordinal of this.ordinals()) {
      const group = this.group[ordinal] ?? 0;
      const counts = this.groupCounts[group] ?? emptyCount();
      this.groupCounts[group] = counts;
      const status = this.status[ordinal] ?? Status.Absent;
      const bucket = classOf(status);
      if (bucket) counts[bucket] += 1;
      if (status === Status.Critical) counts.critical += 1;
    }
  }

  applyVitals(rows: readonly VitalsRow[]): void {
    for (const row of rows) {
      const ordinal = row?.[0];
      const node = this.#details[ordinal];
      if (!node || node.state === "offline") continue;
      this.#load(ordinal, row[1], row[2], row[3]);
      this.#remember(ordinal);
      this.#setStatus(ordinal, this.#judged(ordinal, node, this.tasks[ordinal] ?? 0));
    }
    this.versions.vitals += 1;
  }

  /** Gives a node the diamond or takes it away. An offline node stays a ring: that is what it needs first. */
  setCritical(ordinal: number, critical: boolean): void {
    if (this.#critical.has(ordinal) === critical) return;
    if (critical) this.#critical.add(ordinal);
    else this.#critical.delete(ordinal);
    const node = this.#details[ordinal];
    if (node) this.#setStatus(ordinal, this.#judged(ordinal, node, this.tasks[ordinal] ?? 0));
    this.#touched = true;
  }

  /** Ends a batch: listeners hear once of everything that changed since the last call. */
  commit(): void {
    const delta = this.#delta;
    if (!this.#touched && delta.dirty.size === 0 && !delta.structure) return;
    this.#delta = emptyDelta();
    this.#touched = false;
    if (delta.structure) this.versions.structure += 1;
    if (delta.structure || delta.groups) this.versions.status += 1;
    for (const listener of [...this.#listeners]) listener(delta);
  }

  #store(raw: NodeView, keepPlace = false): void {
    const ordinal = raw.ordinal;
    if (ordinal >= this.x.length) this.#grow(ordinal + 1);
    const before = this.#details[ordinal];
    const place = keepPlace && before ? { x: before.x, y: before.y, group: before.group } : {};
    const node = { ...clean(raw), ...place };
    this.#details[ordinal] = node;
    this.#byId.set(node.id, ordinal);
    this.count = Math.max(this.count, ordinal + 1);
    this.x[ordinal] = node.x;
    this.y[ordinal] = node.y;
    if (!before) this.group[ordinal] = node.group;
    // A Nexus of before does not say whether it knows.
    const known = node.measured !== false;
    this.#load(ordinal, known ? node.cpu : null, known ? node.memory : null, node.activeTasks);
    if (node.state !== "offline" && this.history.seed(ordinal, node.id)) this.#remember(ordinal);
    this.#setStatus(ordinal, this.#judged(ordinal, node, node.activeTasks));
    this.#touched = true;
  }

  #judged(ordinal: number, node: NodeView, tasks: number): Status {
    const status = statusOf(node, tasks);
    return this.#critical.has(ordinal) && status !== Status.Offline ? Status.Critical : status;
  }

  /** A load that nobody knows is no sample. */
  #remember(ordinal: number): void {
    if (this.measured[ordinal] === 1)
      this.history.push(ordinal, this.cpu[ordinal] ?? 0, this.memory[ordinal] ?? 0, this.tasks[ordinal] ?? 0);
  }

  #load(ordinal: number, cpu: number | null, memory: number | null, tasks: number): void {
    this.measured[ordinal] = cpu === null || memory === null ? 0 : 1;
    if (cpu === null || Number.isFinite(cpu)) this.cpu[ordinal] = Math.min(1, Math.max(0, cpu ?? 0));
    if (memory === null || Number.isFinite(memory)) this.memory[ordinal] = Math.min(1, Math.max(0, memory ?? 0));
    if (Number.isFinite(tasks)) this.tasks[ordinal] = Math.min(65535, Math.max(0, Math.trunc(tasks)));
    this.#delta.dirty.add(ordinal);
  }

  #setStatus(ordinal: number, next: Status): void {
    const before = this.status[ordinal] ?? Status.Absent;
    this.#delta.dirty.add(ordinal);
    if (before === next) return;
    this.status[ordinal] = next;
    this.versions.status += 1;
    const group = this.group[ordinal] ?? 0;
    const counts = this.groupCounts[group] ?? emptyCount();
    this.groupCounts[group] = counts;
    for (const [status, step] of [
      [before, -1],
      [next, 1],
    ] as const) {
      const bucket = classOf(status);
      if (!bucket) continue;
      counts[bucket] += step;
      this.totals[bucket] += step;
      if (status === Status.Critical) this.totals.critical += step;
    }
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, this.x.length * 2);
    this.x = wider(this.x, new Float32Array(capacity));
    this.y = wider(this.y, new Float32Array(capacity));
    this.cpu = wider(this.cpu, new Float32Array(capacity));
    this.memory = wider(this.memory, new Float32Array(capacity));
    this.tasks = wider(this.tasks, new Uint16Array(capacity));
    this.measured = wider(this.measured, new Uint8Array(capacity));
    this.status = wider(this.status, new Uint8Array(capacity));
    this.group = wider(this.group, new Uint16Array(capacity));
  }
}

export function wider<T extends Float32Array | Uint16Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function emptyCount(): GroupCount {
  return { online: 0, degraded: 0, offline: 0, critical: 0 };
}

function emptyDelta(): FleetDelta {
  return {
    dirty: new Set(),
    connected: [],
    disconnected: [],
    structure: false,
    groups: false,
    charted: false,
    remapped: null,
  };
}

/** Whether a node can be stored at all: an id, and an ordinal that is one. */
function judge(node: NodeView | null | undefined): node is NodeView {
  if (!node || typeof node.id !== "string" || node.id === "") return false;
  return Number.isInteger(node.ordinal) && node.ordinal >= 0 && node.ordinal < MAX_ORDINAL;
}

function clean(node: NodeView): NodeView {
  const group = Number.isInteger(node.group) && node.group >= 0 && node.group < 65536 ? node.group : 0;
  return {
    ...node,
    name: plain(node.name, 120) || plain(node.id, 120) || "unnamed",
    degraded: node.degraded === null || node.degraded === undefined ? null : plain(node.degraded, 200) || "degraded",
    address: plain(node.address, 120),
    hostname: plain(node.hostname, 120),
    platform: plain(node.platform, 60),
    osName: plain(node.osName, 80),
    arch: plain(node.arch, 40),
    sporeVersion: plain(node.sporeVersion, 40),
    tags: (node.tags ?? []).map((tag) => plain(tag, 60)).filter((tag) => tag !== ""),
    skills: (node.skills ?? []).map((skill) => plain(skill, 80)),
    methods: sharedList(node.methods),
    state: node.state === "offline" || node.state === "suspect" ? node.state : "online",
    activeTasks: Number.isFinite(node.activeTasks) ? node.activeTasks : 0,
    trust: cleanTrust(node.trust),
    policy: cleanPolicy(node.policy),
    x: Number.isFinite(node.x) ? node.x : 0,
    y: Number.isFinite(node.y) ? node.y : 0,
    group,
  };
}
