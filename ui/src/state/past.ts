/**
 * The fleet as it stood at one moment, in the arrays that the map draws: the same places, other states and loads. The
 * arrays are filled in place, so that going through a day costs what changed.
 * Not here: which moment it is, and reading it (replay.ts).
 */
import type { FleetAtView, JobAtView } from "../bridge/types";
import { type Fleet, type GroupCount, wider } from "./fleet";
import { classOf, Status } from "./status";

/** The states of the host, as the map has them: whoever was silent for too long is shown as degraded. */
const SHOWN: readonly Status[] = [
  Status.Absent,
  Status.Online,
  Status.Busy,
  Status.Degraded,
  Status.Offline,
  Status.Degraded,
];
const MOST_TASKS = 65_535;

export type Stars = Pick<Fleet, "count" | "x" | "y" | "cpu" | "memory" | "tasks" | "status" | "group">;

/** One moment; `stars` are the same arrays from moment to moment. */
export type Past = {
  atMs: number;
  /** Null: nothing is known of this moment. */
  sampledMs: number | null;
  stars: Stars;
  /** What is different from the moment before. */
  dirty: readonly number[];
  totals: GroupCount;
  groupCounts: readonly GroupCount[];
  jobs: readonly JobAtView[];
};

export class PastStars {
  #stars: Stars | null = null;

  /** Nodes that the console does not know (any more) have no place and are left out. */
  read(fleet: Fleet, view: FleetAtView): Past {
    const stars = this.#fitting(fleet);
    const was = stars.status.slice(0, stars.count);
    const load = stars.cpu.slice(0, stars.count);
    const memory = stars.memory.slice(0, stars.count);
    stars.status.fill(Status.Absent);
    view.ordinals.forEach((ordinal, i) => {
      if (!fleet.node(ordinal)) return;
      stars.status[ordinal] = SHOWN[view.states[i] ?? 0] ?? Status.Absent;
      stars.cpu[ordinal] = fraction(view.cpu[i]);
      stars.memory[ordinal] = fraction(view.memory[i]);
      stars.tasks[ordinal] = Math.min(MOST_TASKS, Math.max(0, view.tasks[i] ?? 0));
    });
    const dirty: number[] = [];
    for (let i = 0; i < stars.count; i++)
      if (was[i] !== stars.status[i] || load[i] !== stars.cpu[i] || memory[i] !== stars.memory[i]) dirty.push(i);
    const { atMs, sampledMs, jobs } = view;
    return { atMs, sampledMs, jobs, stars, dirty, ...counted(stars) };
  }

  #fitting(fleet: Fleet): Stars {
    const { count, x, y, group } = fleet;
    const size = x.length;
    const old = this.#stars;
    const kept = <T extends Float32Array | Uint16Array | Uint8Array>(from: T | undefined, to: T) =>
      from?.length === size ? from : from ? wider(from.subarray(0, size) as T, to) : to;
    this.#stars = {
      ...{ count, x, y, group },
      cpu: kept(old?.cpu, new Float32Array(size)),
      memory: kept(old?.memory, new Float32Array(size)),
      tasks: kept(old?.tasks, new Uint16Array(size)),
      status: kept(old?.status, new Uint8Array(size)),
    };
    return this.#stars;
  }
}

function fraction(percent: number | undefined): number {
  return percent === undefined || !Number.isFinite(percent) ? 0 : Math.min(1, Math.max(0, percent / 100));
}

function counted(stars: Stars): { totals: GroupCount; groupCounts: GroupCount[] } {
  const none = (): GroupCount => ({ online: 0, degraded: 0, offline: 0, critical: 0 });
  const totals = none();
  const groupCounts: GroupCount[] = [];
  for (let i = 0; i < stars.count; i++) {
    const bucket = classOf(stars.status[i] ?? 0);
    if (!bucket) continue;
    const group = stars.group[i] ?? 0;
    const own = groupCounts[group] ?? none();
    groupCounts[group] = own;
    own[bucket] += 1;
    totals[bucket] += 1;
  }
  return { totals, groupCounts };
}
