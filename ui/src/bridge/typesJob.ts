/**
 * The part of the contract that is about jobs: one call on a frozen list of targets, with a policy; which nodes are
 * meant; and the stop of everything. Plain data, as in types.ts.
 * Not here: what is asked again and again, and in order (typesPlan.ts).
 */
import type { ExecutionState, JsonValue, MethodView } from "./types";

export type JobState = "running" | "paused" | "stopping" | "succeeded" | "failed" | "cancelled" | "expired";
/** "waiting": for its node to come back; "skipped": its node was offline and the policy says to leave it out. */
export type TargetState = ExecutionState | "waiting" | "skipped";

export type JobView = {
  id: string;
  /** What the operator called it; "" when they did not. */
  label: string;
  state: JobState;
  /** Why it is paused or how it ended, as a sentence. */
  reason: string | null;
  asker: { id: string; name: string; kind: string };
  origin: { kind: "schedule" | "runbook" | "rerun"; id: string; name: string } | null;
  skill: string;
  method: string;
  summary: string;
  effect: MethodView["effect"] | null;
  /** The expression that chose the targets; "" when they were named. */
  target: string;
  targetsSha256: string;
  total: number;
  /** On any so many of the targets, or null: on all. */
  any: number | null;
  counts: { [state in TargetState]: number };
  /** `current` counts from 1; `ends` are cumulative numbers of targets. */
  wave: { current: number; of: number; ends: number[] } | null;
  /** The wave, from 1, at whose end it waits for the operator; null: it waits for nobody. */
  gate: number | null;
  /** A stop of everything is in force, so nothing of it is sent. */
  held: boolean;
  priority: number;
  /** At most so many at once; 0: no limit of its own. */
  concurrency: number;
  offline: OfflinePolicy;
  retryLimit: number;
  submittedAt: string;
  finishedAt: string | null;
  /** Until when its targets may wait. */
  expiresAt: string | null;
};

export type OfflinePolicy = "skip" | "wait";
export type Strategy = "least_load" | "weighted" | "round_robin" | "two_choices" | "spread";

/** Exactly one of `target` and `nodeIds`; the call is optional. */
export type TargetRequest = {
  target: string | null;
  nodeIds: string[] | null;
  skill: string | null;
  method: string | null;
};

/** A set of nodes as of now. An empty one is refused instead. */
export type ResolvedView = {
  /** Normalised expression; "" when the nodes were named. */
  target: string;
  targetsSha256: string;
  count: number;
  online: number;
  offline: number;
  effect: MethodView["effect"] | null;
  /** The number has to be typed. */
  confirm: boolean;
  /** All of them, ascending. */
  ordinals: number[];
  /** Those that cannot take the call, with the reason; at most 1000. */
  refused: { nodeId: string; nodeName: string; why: string }[];
};

/** What fits at the caret: everything from `from` on is replaced by the chosen text. */
export type CompletionView = { from: number; items: { text: string; what: string; count: number | null }[] };

/** `count` null: it cannot be told just now. */
export type SavedGroupView = { name: string; target: string; count: number | null; madeBy: string; madeAt: string };

export type JobRequest = {
  /** Minted by the asker (UUID). */
  id: string;
  label: string;
  target: string | null;
  nodeIds: string[] | null;
  /** Of the set that was shown; another one is not run but told. */
  targetsSha256: string | null;
  confirmCount: number | null;
  skill: string;
  method: string;
  parameters: JsonValue;
  timeoutSeconds: number;
  any: number | null;
  strategy: Strategy;
  offline: OfflinePolicy;
  expiresInSeconds: number;
  priority: number;
  concurrency: number;
  /** `steps` are cumulative percent after the canary; all of them follow by themselves. */
  waves: { canary: number; steps: number[]; gate: "auto" | "ask"; pauseSeconds: number } | null;
  stopAfter: { failures: number | null; percent: number | null } | null;
  retry: { limit: number; backoffSeconds: number; maxBackoffSeconds: number; consent: boolean } | null;
  approval: string | null;
};

/** The same call once more, on those targets of a job that ended so. `newId` is minted by the asker. */
export type RerunRequest = {
  id: string;
  newId: string;
  only: TargetState[];
  confirmCount: number | null;
  approval: string | null;
};

/** What became of an ask. Only "accepted" began something. */
export type JobAnswer =
  | { kind: "accepted"; job: JobView; duplicate: boolean }
  /** It waits for this second yes. */
  | { kind: "approval"; approval: string }
  /** Other nodes are meant by now. */
  | { kind: "changed"; targetsSha256: string; count: number }
  /** The number has to be typed, and was not this one. */
  | { kind: "count"; count: number }
  /** None of the targets can take it. */
  | { kind: "refused"; refused: { nodeId: string; nodeName: string; why: string }[] };

export type TargetView = {
  index: number;
  nodeId: string;
  nodeName: string;
  state: TargetState;
  wave: number;
  attempts: number;
  /** The last attempt. */
  executionId: string | null;
  error: string | null;
  exitCode: number | null;
  durationMs: number | null;
  outputBytes: number;
  fromCache: boolean;
  nextTryAt: string | null;
  finishedAt: string | null;
};
export type TargetPage = { targets: TargetView[]; next: number | null };

/** Targets that ended the same way with the same output. */
export type OutputGroupView = {
  state: TargetState;
  exitCode: number | null;
  /** Why not, when all of them say the same. */
  error: string | null;
  /** Over what they wrote; "" when nothing is known of it. */
  sha256: string;
  count: number;
  majority: boolean;
  /** At most 200. */
  nodes: { nodeId: string; nodeName: string; executionId: string | null; durationMs: number | null }[];
  /** At most 64 KiB; null when it is no text, or nothing. May hold control sequences (the view strips them). */
  text: string | null;
  truncated: boolean;
  /** Unified, against the majority; null when it is the majority or cannot be told. */
  diff: string | null;
};

/** Odd ones first, the majority last; of very many some are left out. */
export type OutputGroupsView = { groups: OutputGroupView[]; omitted: number };

export type SearchView = {
  hits: {
    executionId: string;
    nodeId: string;
    nodeName: string;
    stream: "stdout" | "stderr" | "note";
    line: number;
    text: string;
  }[];
  /** False when only a part of the output was searched, or hits were left out. */
  complete: boolean;
};

/** The stop of everything, or of one node. */
export type StopView = {
  /** While held, nothing new is sent to anybody. */
  held: boolean;
  by: string;
  since: string;
  reason: string;
  stopping: number;
  /** Proved by their node to have ended. */
  proved: number;
  unknown: number;
  neverSent: number;
  /** On spores that cannot stop anything. */
  cannot: number;
};

/** Everything about jobs that the console may ask of its host. Rejections are always a BridgeError. */
export type JobBridge = {
  resolveTarget(request: TargetRequest): Promise<ResolvedView>;
  completeTarget(text: string, at: number): Promise<CompletionView>;
  savedGroups(): Promise<SavedGroupView[]>;
  saveGroup(name: string, target: string): Promise<void>;
  removeGroup(name: string): Promise<void>;
  /** One that the feed does not tell any more. */
  job(id: string): Promise<JobView>;
  submitJob(request: JobRequest): Promise<JobAnswer>;
  controlJob(id: string, action: "pause" | "resume" | "cancel"): Promise<void>;
  rerunJob(request: RerunRequest): Promise<JobAnswer>;
  /** In order of the targets, from `after` on; no states: all. */
  jobTargets(id: string, states: TargetState[], after: number, limit: number): Promise<TargetPage>;
  jobGroups(id: string): Promise<OutputGroupsView>;
  searchJob(id: string, text: string, limit: number): Promise<SearchView>;
  fleetStop(reason: string): Promise<StopView>;
  releaseStop(): Promise<void>;
  nodeStop(nodeId: string): Promise<StopView>;
};
