/**
 * Causes, conditions and rules in the operator's words. The Nexus tells facts and English; what is shown is made of the
 * facts here. Names that people gave to rules are shown as they are.
 */
import type { CauseView, ConditionKind, ConditionView, Severity } from "../bridge/types";
import { t } from "../i18n";
import type { Fleet } from "./fleet";

/** Rules that are there from the beginning, by their English names. */
const BUILT_IN: Readonly<Record<string, () => string>> = {
  "No connection": () => t("No connection"),
  "CPU above 95 %": () => t("CPU above {{n}} %", { n: 95 }),
  "Memory above 95 %": () => t("Memory above {{n}} %", { n: 95 }),
  "Disk above 90 %": () => t("Disk above {{n}} %", { n: 90 }),
  "Disk above 97 %": () => t("Disk above {{n}} %", { n: 97 }),
  "No heartbeat for a while": () => t("No heartbeat for a while"),
  "Held: two machines showed one key": () => t("Held: two machines showed one key"),
  "Comes and goes": () => t("Comes and goes"),
  "A job failed": () => t("A job failed"),
  "A job was paused by its threshold": () => t("A job was paused by its threshold"),
  "A job waits at a gate": () => t("A job waits at a gate"),
  "A runbook failed": () => t("A runbook failed"),
  "A schedule missed its time": () => t("A schedule missed its time"),
  "A machine waits to be let in": () => t("A machine waits to be let in"),
};

export function ruleName(name: string): string {
  return Object.hasOwn(BUILT_IN, name) ? (BUILT_IN[name]?.() ?? name) : name;
}

export function titleOf(cause: CauseView, fleet: Fleet): string {
  const { likely, subject, condition, ordinals } = cause;
  if (likely.kind === "outage" && condition.kind === "offline")
    return t("{{site}}: {{count}} of {{of}} nodes offline", {
      site: siteOf(cause, fleet),
      count: ordinals.length,
      of: likely.of,
    });
  if (subject !== null && subject.kind !== "node") {
    if (condition.kind === "job_failed" || condition.kind === "run_failed")
      return t("“{{name}}” failed", { name: subject.name });
    if (condition.kind === "job_paused") return t("“{{name}}” was paused", { name: subject.name });
    if (condition.kind === "job_waiting") return t("“{{name}}” waits at a gate", { name: subject.name });
    if (condition.kind === "schedule_missed") return t("“{{name}}” missed its time", { name: subject.name });
  }
  return ruleName(cause.rule);
}

/** Where: one or two by name, more by what they share. */
export function whereOf(cause: CauseView, fleet: Fleet): string {
  const { ordinals, likely, subject } = cause;
  const named = ordinals.slice(0, 2).map((ordinal) => fleet.node(ordinal)?.name ?? "");
  const places = [...new Set(ordinals.map((ordinal) => fleet.groupLabel(ordinal)))];
  const where =
    ordinals.length === 0
      ? subject === null
        ? cause.place
        : ""
      : ordinals.length <= 2
        ? named.filter((name) => name !== "").join(", ")
        : places.length <= 3
          ? places.join(", ")
          : t("{{count}} sites", { count: places.length });
  if (likely.kind === "version") return t("spores {{version}} · {{where}}", { version: likely.what, where });
  if (likely.kind === "tag") return t("{{tag}} · {{where}}", { tag: likely.what, where });
  return where;
}

/** What it probably is; null when nobody can guess. */
export function hintOf(cause: CauseView): string | null {
  switch (cause.likely.kind) {
    case "outage":
      return cause.condition.kind === "offline"
        ? t("Probably the site’s network or power")
        : t("All in one place, at about the same time");
    case "site":
      return t("All in one place, at about the same time");
    case "version":
      return t("Only spores of version {{version}}", { version: cause.likely.what });
    case "tag":
      return t("Only nodes with {{tag}}", { tag: cause.likely.what });
    default:
      return cause.detail;
  }
}

export function severityWord(severity: Severity): string {
  switch (severity) {
    case "critical":
      return t("critical");
    case "warning":
      return t("warning");
    default:
      return t("info");
  }
}

export function markOf(cause: { severity: Severity; condition: ConditionView }) {
  if (cause.severity === "critical") return "critical" as const;
  if (cause.condition.kind === "offline") return "offline" as const;
  return cause.severity === "warning" ? ("degraded" as const) : ("activity" as const);
}

/** When a rule is met. */
export function conditionWords({ kind, above, times, minutes }: ConditionView): string {
  switch (kind) {
    case "cpu":
      return t("CPU above {{n}} %", { n: above ?? 0 });
    case "memory":
      return t("Memory above {{n}} %", { n: above ?? 0 });
    case "disk":
      return t("Disk above {{n}} %", { n: above ?? 0 });
    case "latency":
      return t("Round trip above {{n}} ms", { n: above ?? 0 });
    case "flapping":
      return t("connection lost {{n}} times in {{minutes}} min", { n: times ?? 0, minutes: minutes ?? 0 });
    default:
      return kindWords(kind);
  }
}

/** For how long something must hold, in the largest unit that fits. */
export function holdWords(seconds: number): string {
  if (seconds % 3600 === 0) return t("{{n}} h", { n: seconds / 3600 });
  if (seconds % 60 === 0) return t("{{n}} min", { n: seconds / 60 });
  return t("{{n}} s", { n: seconds });
}

export function kindWords(kind: ConditionKind): string {
  switch (kind) {
    case "offline":
      return t("Node is offline");
    case "cpu":
      return t("CPU above a bound");
    case "memory":
      return t("Memory above a bound");
    case "disk":
      return t("Disk above a bound");
    case "latency":
      return t("Round trip above a bound");
    case "degraded":
      return t("Node misses heartbeats");
    case "held":
      return t("Node is held: two machines showed one key");
    case "flapping":
      return t("Node comes and goes");
    case "job_failed":
      return t("Job failed");
    case "job_waiting":
      return t("Job waits at a gate");
    case "job_paused":
      return t("Job was paused by its threshold");
    case "run_failed":
      return t("Runbook failed");
    case "schedule_missed":
      return t("Schedule missed its time");
    case "node_waiting":
      return t("Machine waits to be let in");
  }
}

function siteOf(cause: CauseView, fleet: Fleet): string {
  const first = cause.ordinals[0];
  return (first === undefined ? "" : fleet.groupLabel(first)) || cause.likely.what;
}
