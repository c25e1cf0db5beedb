/**
 * The state of an execution in honest words. "Cancelled" only after proof; what nobody can prove is "unknown".
 * Not here: colours and marks.
 */

import type { ExecutionView } from "../../bridge/types";
import { seconds } from "../../components/format";
import type { MarkKind } from "../../components/StatusMark";
import { t } from "../../i18n";

export type Told = { word: string; tone: "activity" | "good" | "bad" | "quiet"; explanation: string | null };

export function tell(view: ExecutionView, streaming = view.outputBytes > 0): Told {
  switch (view.state) {
    case "queued":
      return { word: t("Waiting", { context: "execution" }), tone: "activity", explanation: null };
    case "dispatched":
      return { word: t("Sent", { context: "execution" }), tone: "activity", explanation: null };
    case "running":
      return {
        word: streaming ? t("Streaming", { context: "execution" }) : t("Running", { context: "execution" }),
        tone: "activity",
        explanation: null,
      };
    case "stopping":
      return {
        word: t("Stopping", { context: "execution" }),
        tone: "activity",
        explanation: t("Asked to end. It counts as cancelled once the node has proved it."),
      };
    case "succeeded":
      return { word: t("Succeeded", { context: "execution" }), tone: "good", explanation: null };
    case "failed":
      return { word: ended(view, t("Failed", { context: "execution" })), tone: "bad", explanation: view.error };
    case "timed_out":
      return { word: t("Timed out", { context: "execution" }), tone: "bad", explanation: view.error };
    case "cancelled":
      return {
        word: t("Cancelled", { context: "execution" }),
        tone: "quiet",
        explanation: view.signal ? t("Ended by {{signal}}.", { signal: signalName(view.signal) }) : null,
      };
    case "unknown":
      return {
        word: t("Unknown", { context: "execution" }),
        tone: "bad",
        explanation: `${view.error ?? t("Nobody can prove how this ended.")} ${t("It may still run, or may have finished: check before you run it again.")}`,
      };
    case "expired":
      return {
        word: t("Expired", { context: "execution" }),
        tone: "bad",
        explanation: view.error ?? t("It waited too long and was never started."),
      };
    case "refused":
      return {
        word: t("Refused", { context: "execution" }),
        tone: "bad",
        explanation: view.error ?? t("It was not accepted. Nothing ran."),
      };
  }
}

export function markOf(view: ExecutionView): MarkKind {
  const { tone } = tell(view);
  return tone === "activity" ? "activity" : tone === "bad" ? "critical" : tone === "good" ? "online" : "offline";
}

/** How long it took, or has been taking until now. */
export function elapsed(view: ExecutionView, now: number): string {
  if (view.durationMs !== null && Number.isFinite(view.durationMs)) return seconds(view.durationMs);
  const from = Date.parse(view.submittedAt);
  const to = view.finishedAt === null ? now : Date.parse(view.finishedAt);
  return Number.isFinite(to - from) ? seconds(Math.max(0, to - from)) : "—";
}

function ended(view: ExecutionView, word: string): string {
  if (view.exitCode !== null && view.exitCode !== 0)
    return t("{{word}}, code {{code}}", { word, code: String(view.exitCode) });
  if (view.signal) return `${word}, ${signalName(view.signal)}`;
  return word;
}

function signalName(signal: string): string {
  return signal.startsWith("SIG") ? signal : `SIG${signal}`;
}
