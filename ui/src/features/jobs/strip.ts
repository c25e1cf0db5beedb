/**
 * What the strip at the foot shows: jobs that are under way, then single executions that are.
 * Not here: drawing.
 */
import type { JobView } from "../../bridge/types";
import type { Execution, Executions } from "../../state/executions";
import { isOver, progressOf } from "../../state/jobs";

export type StripItem = { kind: "job"; job: JobView } | { kind: "single"; execution: Execution };
export type Strip = {
  items: StripItem[];
  more: number;
  running: number;
  waiting: number;
  /** Jobs that failed, or of which something is unknown, in the last day. */
  bad: number;
};

const SHOWN = 5;
const DAY_MS = 86_400_000;

export function stripOf(executions: Executions, jobs: readonly JobView[], now: number): Strip {
  const items: StripItem[] = [];
  let [running, waiting, bad] = [0, 0, 0];
  for (const job of jobs) {
    if (isOver(job)) {
      const recent = now - Date.parse(job.finishedAt ?? "") < DAY_MS;
      if (recent && (job.state === "failed" || (job.counts.unknown ?? 0) > 0)) bad += 1;
      continue;
    }
    items.push({ kind: "job", job });
    const { by } = progressOf(job);
    running += by.running + by.stopping;
    waiting += by.waiting;
  }
  for (const id of executions.live) {
    const execution = executions.get(id);
    if (!execution || execution.view.jobId !== null) continue;
    if (execution.view.state === "queued" || execution.view.state === "dispatched") waiting += 1;
    else running += 1;
    items.push({ kind: "single", execution });
  }
  return { items: items.slice(0, SHOWN), more: Math.max(0, items.length - SHOWN), running, waiting, bad };
}
