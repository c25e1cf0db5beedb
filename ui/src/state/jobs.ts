/**
 * A job here is what the operator asked for in one go: one call on a frozen list of targets, with one execution each.
 * The console remembers the jobs that it started itself; executions started elsewhere show up singly.
 * Not here: running them (commands.ts).
 */
import { createStore } from "zustand/vanilla";
import type { ExecutionState } from "../bridge/types";
import type { Executions } from "./executions";
import { isLive } from "./executions";

export type Job = {
  key: string;
  title: string;
  summary: string;
  where: string;
  startedAt: number;
  /** Execution ids, in the order of the targets. */
  executions: readonly string[];
};

const MAX_JOBS = 100;

export type JobStore = ReturnType<typeof createJobs>;
export function createJobs() {
  return createStore<{ jobs: readonly Job[]; add(job: Job): void; remove(key: string): void }>((set) => ({
    jobs: [],
    add: (job) => set((state) => ({ jobs: [job, ...state.jobs].slice(0, MAX_JOBS) })),
    remove: (key) => set((state) => ({ jobs: state.jobs.filter((job) => job.key !== key) })),
  }));
}

/** The outcomes in which the results of a job are grouped, most urgent first. */
export const OUTCOMES = ["unknown", "failed", "stopping", "running", "waiting", "cancelled", "succeeded"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOf(state: ExecutionState): Outcome {
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

export function progressOf(
  job: Job,
  executions: Executions,
): { done: number; total: number; failed: number; unknown: number } {
  let done = 0;
  let failed = 0;
  let unknown = 0;
  for (const id of job.executions) {
    // What is not held any more was let go because it had finished.
    const state = executions.get(id)?.view.state;
    if (state !== undefined && isLive(state)) continue;
    done += 1;
    if (state === undefined) continue;
    const outcome = outcomeOf(state);
    if (outcome === "failed") failed += 1;
    if (outcome === "unknown") unknown += 1;
  }
  return { done, total: job.executions.length, failed, unknown };
}
