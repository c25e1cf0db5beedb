/**
 * The part of the contract that is about what runs later and in order: schedules and runbooks. Plain data.
 * Not here: the jobs that come of them (typesJob.ts).
 */

import type { JsonValue } from "./types";
import type { JobRequest } from "./typesJob";

export type SchedulePlan = {
  name: string;
  /** In words or as five cron fields, as typed: "every weekday at 9am", "0 9 * * 1-5". */
  when: string;
  /** IANA name, e.g. "Europe/Warsaw". */
  timeZone: string;
  /** When the last one still runs: leave this one out, let it wait, or run both. */
  overlap: "skip" | "queue" | "allow";
  /** When the Nexus was not there: leave it out, or catch up once. */
  missed: "skip" | "once";
  /** Exactly one of the two. */
  job: JobRequest | null;
  runbook: RunbookCall | null;
  /** What it begins may destroy something, and that is meant; without it such a plan is refused with code "confirm". */
  confirmDestructive: boolean;
};

/** `version` null: the newest, when it is saved. */
export type RunbookCall = { name: string; version: number | null; parameters: JsonValue; target: string | null };

export type ScheduleView = Omit<SchedulePlan, "confirmDestructive"> & {
  id: string;
  cron: string;
  paused: boolean;
  owner: { id: string; name: string };
  /** The next five, RFC 3339. */
  next: string[];
  last: {
    at: string;
    jobId: string | null;
    runId: string | null;
    outcome: "started" | "skipped" | "refused";
    why: string | null;
  } | null;
};

export type WhenView = { cron: string; inWords: string; next: string[] };

export type RunbookView = {
  name: string;
  title: string;
  version: number;
  /** JSON Schema of the parameters. */
  parameters: JsonValue;
  /** Names, in order. */
  steps: string[];
  /** The nodes it is for, unless others are named. */
  target: string;
  changedAt: string;
  changedBy: string;
};

export type RunState = "running" | "stopping" | "succeeded" | "failed" | "cancelled";
export type StepState = "pending" | "running" | "succeeded" | "failed" | "skipped";
export type RunView = {
  id: string;
  runbook: string;
  version: number;
  state: RunState;
  reason: string | null;
  asker: string;
  steps: { name: string; state: StepState; jobId: string | null }[];
  startedAt: string;
  finishedAt: string | null;
};

/** Everything about plans that the console may ask of its host. Rejections are always a BridgeError. */
export type PlanBridge = {
  schedules(): Promise<ScheduleView[]>;
  /** With an id it changes that one. */
  putSchedule(id: string | null, plan: SchedulePlan): Promise<ScheduleView>;
  removeSchedule(id: string): Promise<void>;
  pauseSchedule(id: string, paused: boolean): Promise<void>;
  runScheduleNow(id: string): Promise<void>;
  previewWhen(when: string, timeZone: string): Promise<WhenView>;
  runbooks(): Promise<RunbookView[]>;
  runbookText(name: string): Promise<string>;
  /** The whole runbook as TOML or JSON; the name in it must be this one. */
  putRunbook(name: string, text: string): Promise<RunbookView>;
  removeRunbook(name: string): Promise<void>;
  /** What may destroy something wants `confirmDestructive`, else it is refused with code "confirm". */
  runRunbook(call: RunbookCall, confirmDestructive: boolean): Promise<RunView>;
  /** Writes it as a file; resolves to its path. */
  exportRunbook(name: string): Promise<string>;
  runs(): Promise<RunView[]>;
  cancelRun(id: string): Promise<void>;
};
