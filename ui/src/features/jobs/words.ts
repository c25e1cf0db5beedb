/**
 * Jobs and their targets in words and marks. Not here: single executions (features/output), colours.
 */
import type { JobState, JobView, TargetState } from "../../bridge/typesJob";
import { counted } from "../../components/format";
import type { MarkKind } from "../../components/StatusMark";
import { type Outcome, progressOf } from "../../state/jobs";

export const TARGET_WORDS: Record<TargetState, string> = {
  queued: "queued",
  waiting: "waiting for its node",
  dispatched: "sent",
  running: "running",
  stopping: "stopping",
  succeeded: "succeeded",
  failed: "failed",
  timed_out: "timed out",
  cancelled: "cancelled",
  unknown: "unknown",
  expired: "expired",
  refused: "refused",
  skipped: "skipped, offline",
};
/** Most urgent first. */
export const TARGET_ORDER: readonly TargetState[] = [
  "unknown",
  "failed",
  "timed_out",
  "refused",
  "expired",
  "stopping",
  "running",
  "dispatched",
  "queued",
  "waiting",
  "cancelled",
  "skipped",
  "succeeded",
];

export function targetMark(state: TargetState): MarkKind {
  switch (state) {
    case "unknown":
    case "failed":
    case "timed_out":
    case "refused":
    case "expired":
      return "critical";
    case "running":
    case "stopping":
    case "dispatched":
      return "activity";
    case "succeeded":
      return "online";
    case "queued":
    case "waiting":
    case "cancelled":
    case "skipped":
      return "offline";
  }
}

const JOB_WORDS: Record<JobState, string> = {
  running: "Running",
  paused: "Paused",
  stopping: "Stopping",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  expired: "Expired",
};

export function jobWord(job: JobView): string {
  if (job.held && job.finishedAt === null) return "Held";
  return job.gate === null ? JOB_WORDS[job.state] : "Waits for you";
}

export function jobMark(job: JobView): MarkKind {
  switch (job.state) {
    case "running":
    case "stopping":
      return job.held ? "degraded" : "activity";
    case "paused":
      return "degraded";
    case "failed":
    case "expired":
      return "critical";
    case "cancelled":
      return "offline";
    case "succeeded":
      return progressOf(job).by.unknown > 0 ? "critical" : "online";
  }
}

export const OUTCOME_WORDS: Record<Outcome, string> = {
  unknown: "outcome unknown",
  failed: "failed",
  stopping: "stopping",
  running: "running",
  waiting: "waiting",
  cancelled: "cancelled",
  skipped: "skipped",
  succeeded: "succeeded",
};

/** "12 succeeded, 1 failed"; what there is none of is not told. */
export function outcomesSoFar(job: JobView): string {
  const { by } = progressOf(job);
  const told = (["succeeded", "failed", "unknown", "cancelled", "skipped"] as const)
    .filter((outcome) => by[outcome] > 0)
    .map((outcome) => `${by[outcome]} ${outcome}`);
  return told.length > 0 ? told.join(", ") : "nothing ended yet";
}

/** What the job is about, for one quiet line: where, and how many. */
export function whereOf(job: JobView): string {
  const nodes = counted(job.total, "node");
  return job.target === "" ? nodes : `${job.target} · ${nodes}`;
}
