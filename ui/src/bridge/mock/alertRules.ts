/** The rules that a simulated Nexus has from the beginning, and what it refuses as one. */
import type { AlertRuleRequest, AlertRuleView, ConditionView } from "../types";
import { refusal } from "./executions";

export const bound = (kind: ConditionView["kind"], above: number | null = null): ConditionView => ({
  kind,
  above,
  times: kind === "flapping" ? 5 : null,
  minutes: kind === "flapping" ? 15 : null,
});
export const DEFAULTS: [string, ConditionView, number, AlertRuleView["severity"]][] = [
  ["No connection", bound("offline"), 120, "warning"],
  ["CPU above 95 %", bound("cpu", 95), 600, "warning"],
  ["Memory above 95 %", bound("memory", 95), 300, "warning"],
  ["Disk above 90 %", bound("disk", 90), 300, "warning"],
  ["No heartbeat for a while", bound("degraded"), 30, "warning"],
  ["Held: two machines showed one key", bound("held"), 0, "critical"],
  ["Comes and goes", bound("flapping"), 0, "warning"],
  ["A job failed", bound("job_failed"), 0, "critical"],
  ["A job waits at a gate", bound("job_waiting"), 1800, "warning"],
  ["A schedule missed its time", bound("schedule_missed"), 0, "warning"],
];

export function judge({ name, condition, nodes, forSeconds }: AlertRuleRequest): void {
  if (name.trim() === "" || name.length > 100) throw refusal("invalid", "the name must be 1 to 100 printable bytes");
  const { kind, above } = condition;
  if ((kind === "cpu" || kind === "memory" || kind === "disk") && !(above !== null && above >= 1 && above <= 100))
    throw refusal("invalid", "the bound does not fit: percent is 1 to 100");
  if (nodes.trim() === "") throw refusal("invalid", "an empty expression means nobody: say which nodes, `*` for all");
  if (!(forSeconds >= 0 && forSeconds <= 604_800)) throw refusal("invalid", "for_seconds must be 0 to 604800 (a week)");
}
