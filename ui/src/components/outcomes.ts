/** How things ended, in words that stand beside their number. Not here: marks and colours. */
import { t } from "../i18n";

export type OutcomeName =
  | "unknown"
  | "failed"
  | "stopping"
  | "running"
  | "waiting"
  | "cancelled"
  | "skipped"
  | "succeeded";

export function outcomeWord(outcome: OutcomeName): string {
  switch (outcome) {
    case "unknown":
      return t("unknown");
    case "failed":
      return t("failed");
    case "stopping":
      return t("stopping");
    case "running":
      return t("running");
    case "waiting":
      return t("waiting");
    case "cancelled":
      return t("cancelled");
    case "skipped":
      return t("skipped");
    case "succeeded":
      return t("succeeded");
  }
}
