/**
 * The state of an execution in honest words. "Cancelled" only after proof; what nobody can prove is "unknown".
 * Not here: colours and marks.
 */

import type { ExecutionView } from "../../bridge/types";
import { seconds } from "../../components/format";
import type { MarkKind } from "../../components/StatusMark";

export type Told = { word: string; tone: "activity" | "good" | "bad" | "quiet"; explanation: string | null };

export function tell(view: ExecutionView, streaming = view.outputBytes > 0): Told {
  switch (view.state) {
    case "queued":
      return { word: "Waiting", tone: "activity", explanation: null };
    case "dispatched":
      return { word: "Sent", tone: "activity", explanation: null };
    case "running":
      return { word: streaming ? "Streaming" : "Running", tone: "activity", explanation: null };
    case "stopping":
      return {
        word: "Stopping",
        tone: "activity",
        explanation: "Asked to end. It counts as cancelled once the node has proved it.",
      };
    case "succeeded":
      return { word: "Succeeded", tone: "good", explanation: null };
    case "failed":
      return { word: ended(view, "Failed"), tone: "bad", explanation: view.error };
    case "timed_out":
      return { word: "Timed out", tone: "bad", explanation: view.error };
    case "cancelled":
      return {
        word: "Cancelled",
        tone: "quiet",
        explanation: view.signal ? `Ended by ${signalName(view.signal)}.` : null,
      };
    case "unknown":
      return {
        word: "Unknown",
        tone: "bad",
        explanation: `${view.error ?? "Nobody can prove how this ended."} It may still run, or may have finished: check before you run it again.`,
      };
    case "expired":
      return { word: "Expired", tone: "bad", explanation: view.error ?? "It waited too long and was never started." };
    case "refused":
      return { word: "Refused", tone: "bad", explanation: view.error ?? "It was not accepted. Nothing ran." };
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
  if (view.exitCode !== null && view.exitCode !== 0) return `${word}, code ${view.exitCode}`;
  if (view.signal) return `${word}, ${signalName(view.signal)}`;
  return word;
}

function signalName(signal: string): string {
  return signal.startsWith("SIG") ? signal : `SIG${signal}`;
}
