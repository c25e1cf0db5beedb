/**
 * How a job or an execution stands, in a word beside its number or after its name, and what who may is called. A state
 * of a newer Nexus is told by its own name. Not here: what a single page says in its own way (features).
 */
import type { ExecutionState, JobState, Role, TargetState } from "../bridge/types";
import { t } from "../i18n";
import { plain } from "./text";

const WORDS: Record<JobState | ExecutionState | TargetState, () => string> = {
  queued: () => t("queued"),
  waiting: () => t("waiting"),
  dispatched: () => t("sent"),
  running: () => t("running"),
  paused: () => t("paused"),
  stopping: () => t("stopping"),
  succeeded: () => t("succeeded"),
  failed: () => t("failed"),
  timed_out: () => t("timed out"),
  cancelled: () => t("cancelled"),
  unknown: () => t("unknown"),
  expired: () => t("expired"),
  refused: () => t("refused"),
  skipped: () => t("skipped"),
};

const KNOWN = new Map<string, () => string>(Object.entries(WORDS));

export function stateWord(state: string): string {
  return KNOWN.get(state)?.() ?? plain(state, 40).replaceAll("_", " ");
}

export function roleWord(role: Role): string {
  switch (role) {
    case "viewer":
      return t("viewer");
    case "operator":
      return t("operator");
    case "admin":
      return t("admin");
  }
}
