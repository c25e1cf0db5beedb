/**
 * The jobs of the Nexus as this window knows them: those under way and the newest others, and the stop of everything.
 * The feed is the truth; an answer to an ask only fills the moment until it speaks. Bounded: what is over is let go,
 * oldest first.
 * Not here: asking for anything (jobCommands.ts), single attempts (executions.ts), schedules and runbooks (plans.ts).
 */
import { createStore } from "zustand/vanilla";
import type { ExecutionState, JobState, JobView, StopView, TargetState } from "../bridge/types";
import { plain } from "./text";

const MAX_JOBS = 400;
const JOB_STATES: ReadonlySet<string> = new Set<JobState>([
  "running",
  "paused",
  "stopping",
  "succeeded",
  "failed",
  "cancelled",
  "expired",
]);

export type JobsState = {
  /** Newest first. */
  jobs: readonly JobView[];
  stop: StopView | null;
  replace(jobs: readonly JobView[], stop: StopView | null): void;
  take(job: JobView): void;
  /** The answer to an ask: as of when it was accepted. The feed may have told more already. */
  begin(job: JobView): void;
  takeStop(stop: StopView): void;
  /** The same for STOP: proofs that the feed has told of are not taken back. */
  beginStop(stop: StopView): void;
};

export type JobStore = ReturnType<typeof createJobs>;
export function createJobs() {
  return createStore<JobsState>((set, get) => ({
    jobs: [],
    stop: null,
    replace: (jobs, stop) =>
      set({ jobs: bounded((jobs ?? []).filter(isJob).map(cleanJob)), stop: stop && cleanStop(stop) }),
    take: (raw) => {
      if (!isJob(raw)) return;
      const job = cleanJob(raw);
      set(({ jobs }) => {
        const at = jobs.findIndex(({ id }) => id === job.id);
        return { jobs: at < 0 ? bounded([job, ...jobs]) : jobs.with(at, job) };
      });
    },
    begin: (job) => {
      if (!get().jobs.some(({ id }) => id === job?.id)) get().take(job);
    },
    takeStop: (stop) => set({ stop: cleanStop(stop) }),
    beginStop: (stop) => {
      const now = get().stop;
      if (!now?.held || now.since !== stop.since) get().takeStop(stop);
    },
  }));
}

export function isOver(job: JobView): boolean {
  return job.finishedAt !== null;
}

/** What the operator reads first: the label, else the call. */
export function titleOf(job: Pick<JobView, "label" | "skill" | "method">): string {
  return job.label || `${job.skill}.${job.method}`;
}

/** The outcomes in which targets are grouped, most urgent first. */
export const OUTCOMES = [
  "unknown",
  "failed",
  "stopping",
  "running",
  "waiting",
  "cancelled",
  "skipped",
  "succeeded",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOf(state: ExecutionState | TargetState): Outcome {
  switch (state) {
    case "queued":
    case "dispatched":
      return "waiting";
    case "timed_out":
    case "refused":
    case "expired":
      return "failed";
    default:
      return state;
  }
}

export type Progress = { done: number; total: number; by: Record<Outcome, number> };

export function progressOf(job: JobView): Progress {
  const by = { unknown: 0, failed: 0, stopping: 0, running: 0, waiting: 0, cancelled: 0, skipped: 0, succeeded: 0 };
  for (const [state, n] of Object.entries(job.counts)) by[outcomeOf(state as TargetState)] += n;
  const live = by.stopping + by.running + by.waiting;
  return { done: Math.max(0, job.total - live), total: job.total, by };
}

/** Each wave's size and how much of it is done, 0 to 1. */
export function wavesOf(job: JobView): { size: number; share: number; current: boolean }[] {
  if (job.wave === null) return [];
  const { done, by } = progressOf(job);
  const { ends } = job.wave;
  const at = (job.gate ?? job.wave.current) - 1;
  return ends.map((end, i) => {
    const from = ends[i - 1] ?? 0;
    const size = Math.max(0, end - from);
    // Those that are offline come last, so what is skipped is in the last wave.
    const settled = i === ends.length - 1 ? done : done - by.skipped;
    const under = size === 0 ? 1 : Math.min(1, Math.max(0, (settled - from) / size));
    const share = i < at || isOver(job) || (i === at && job.gate !== null) ? 1 : i > at ? 0 : under;
    return { size, share, current: i === at && !isOver(job) };
  });
}

function isJob(job: JobView | null | undefined): job is JobView {
  return typeof job?.id === "string" && job.id !== "" && JOB_STATES.has(job.state);
}

function bounded(jobs: readonly JobView[]): JobView[] {
  const sorted = [...jobs].sort((a, b) => Date.parse(b.submittedAt) - Date.parse(a.submittedAt));
  let room = MAX_JOBS;
  return sorted.filter((job) => {
    room -= 1;
    return room >= 0 || !isOver(job);
  });
}

/** What came from others, made safe to show. */
export function cleanJob(job: JobView): JobView {
  const count = (n: number) => (Number.isFinite(n) && n > 0 ? Math.trunc(n) : 0);
  const { counts, wave, origin, asker } = job;
  const numbers = Object.fromEntries(Object.entries(counts ?? {}).map(([state, n]) => [state, count(n)]));
  return {
    ...job,
    label: plain(job.label, 200),
    reason: job.reason === null ? null : plain(job.reason, 500),
    asker: { ...asker, name: plain(asker?.name ?? "", 120) },
    origin: origin ? { ...origin, id: plain(origin.id, 255), name: plain(origin.name, 120) } : null,
    skill: plain(job.skill, 80),
    method: plain(job.method, 80),
    summary: plain(job.summary, 200),
    target: plain(job.target, 2000),
    total: count(job.total),
    counts: numbers as JobView["counts"],
    gate: job.gate ?? null,
    wave: wave && Array.isArray(wave.ends) && wave.ends.length > 0 ? { ...wave, ends: wave.ends.map(count) } : null,
  };
}

function cleanStop(stop: StopView): StopView {
  return { ...stop, by: plain(stop.by, 120), reason: plain(stop.reason, 300) };
}
