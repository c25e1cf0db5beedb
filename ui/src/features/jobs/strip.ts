/**
 * What the strip at the foot shows: jobs of this window that still run, then single executions that still run.
 * Not here: drawing.
 */
import type { Execution, Executions } from "../../state/executions";
import { type Job, progressOf } from "../../state/jobs";

export type StripItem =
  | { kind: "job"; job: Job; done: number; total: number }
  | { kind: "single"; execution: Execution };
export type Strip = { items: StripItem[]; more: number; running: number; waiting: number };

const SHOWN = 5;
/** Counting through ten thousand executions at every batch would be too much; a job that is over stays over. */
const finished = new WeakSet<Job>();

export function stripOf(executions: Executions, jobs: readonly Job[]): Strip {
  const inJobs = new Set<string>();
  const items: StripItem[] = [];
  for (const job of jobs) {
    if (finished.has(job)) continue;
    const { done, total } = progressOf(job, executions);
    if (done === total) {
      finished.add(job);
      continue;
    }
    for (const id of job.executions) inJobs.add(id);
    items.push({ kind: "job", job, done, total });
  }
  let waiting = 0;
  for (const id of executions.live) {
    const execution = executions.get(id);
    if (!execution) continue;
    if (execution.view.state === "queued" || execution.view.state === "dispatched") waiting += 1;
    if (!inJobs.has(id)) items.push({ kind: "single", execution });
  }
  return {
    items: items.slice(0, SHOWN),
    more: Math.max(0, items.length - SHOWN),
    running: executions.live.size - waiting,
    waiting,
  };
}
