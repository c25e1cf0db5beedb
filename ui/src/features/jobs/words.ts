/**
 * Jobs and their targets in words and marks. Not here: single executions (features/output), colours.
 */
import type { JobState, JobView, TargetState } from "../../bridge/types";
import { count } from "../../components/format";
import { outcomeWord } from "../../components/outcomes";
import type { MarkKind } from "../../components/StatusMark";
import { t } from "../../i18n";
import { progressOf } from "../../state/jobs";

const TARGET_WORDS: Record<TargetState, () => string> = {
  queued: () => t("queued"),
  waiting: () => t("waiting for its node"),
  dispatched: () => t("sent"),
  running: () => t("running"),
  stopping: () => t("stopping"),
  succeeded: () => t("succeeded"),
  failed: () => t("failed"),
  timed_out: () => t("timed out"),
  cancelled: () => t("cancelled"),
  unknown: () => t("unknown"),
  expired: () => t("expired"),
  refused: () => t("refused"),
  skipped: () => t("skipped, offline"),
};

export function targetWord(state: TargetState): string {
  return TARGET_WORDS[state]();
}

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

const JOB_WORDS: Record<JobState, () => string> = {
  running: () => t("Running"),
  paused: () => t("Paused"),
  stopping: () => t("Stopping"),
  succeeded: () => t("Succeeded"),
  failed: () => t("Failed"),
  cancelled: () => t("Cancelled"),
  expired: () => t("Expired"),
};

export function jobWord(job: JobView): string {
  if (job.held && job.finishedAt === null) return t("Held");
  return job.gate === null ? JOB_WORDS[job.state]() : t("Waits for you");
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

/** "12 succeeded, 1 failed"; what there is none of is not told. */
export function outcomesSoFar(job: JobView): string {
  const { by } = progressOf(job);
  const told = (["succeeded", "failed", "unknown", "cancelled", "skipped"] as const)
    .filter((outcome) => by[outcome] > 0)
    .map((outcome) => `${count(by[outcome])} ${outcomeWord(outcome)}`);
  return told.length > 0 ? told.join(", ") : t("nothing ended yet");
}

/** What the job is about, for one quiet line: where, and how many. */
export function whereOf(job: JobView): string {
  const nodes = t("{{count}} nodes", { count: job.total });
  return job.target === "" ? nodes : `${job.target} · ${nodes}`;
}

/** Before the name of where a job came from. */
export function originWord(kind: NonNullable<JobView["origin"]>["kind"]): string {
  switch (kind) {
    case "rerun":
      return t("rerun of");
    case "schedule":
      return t("schedule");
    case "runbook":
      return t("runbook");
    case "source":
      return t("source");
  }
}
