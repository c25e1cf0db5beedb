/**
 * The contract between the console and whatever hosts it (the Tauri shell, or the mock in a browser).
 * Plain data only. The Rust side (`src-tauri/src/view*.rs`) generates the same shapes into
 * `generated.ts`; until then, and for the mock, this file is the truth.
 * Not here: how anything is transported, stored or drawn.
 */
import type { JobBridge, JobView, StopView } from "./typesJob";
import type { PlanBridge, RunView, ScheduleView } from "./typesPlan";
import type { ApprovalView, ProofBridge } from "./typesProof";
import type { JoinCodeView, PolicyView, TrustBridge, TrustView, WaitingView } from "./typesTrust";

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type NodeState = "online" | "suspect" | "offline";

/** One skill method a node offers. `effect` says what it may change. */
export type MethodView = {
  skill: string;
  method: string;
  title: string;
  effect: "read" | "change" | "destroy";
  /** JSON Schema (draft 2020-12) of the parameters; null when the node did not announce one (v1 spores). */
  schema: JsonValue;
};

export type NodeView = {
  id: string;
  /** Dense index, assigned by the Nexus, never reused while it runs; the index into all typed arrays. */
  ordinal: number;
  name: string;
  state: NodeState;
  /** Why the node needs attention, in words, or null. */
  degraded: string | null;
  tags: string[];
  /** Skill names as announced. */
  skills: string[];
  methods: MethodView[];
  /** This is the machine the Nexus itself runs on. */
  local: boolean;
  /** 1 = the prototype's dialect, 2 = ours. */
  dialect: number;
  address: string;
  hostname: string;
  platform: string;
  osName: string;
  arch: string;
  sporeVersion: string;
  cpuCores: number;
  memoryMb: number;
  hasGpu: boolean;
  hasDocker: boolean;
  /** Fractions 0..1. */
  cpu: number;
  memory: number;
  activeTasks: number;
  latencyMs: number | null;
  /** RFC 3339, UTC. */
  registeredAt: string;
  lastSeen: string;
  /** Index into the groups of the snapshot; 0 is always the home system round the core. */
  group: number;
  /** Map position in world units (1 = the spacing factor of stars). Never changes while the node is known. */
  x: number;
  y: number;
  trust: TrustView;
  /** Null from spores that do not tell it. */
  policy: PolicyView | null;
};

/** A disc of the chart. Group 0 (home) has none. A group may have several (annexes). */
export type DiscView = { x: number; y: number; r: number };
export type GroupView = { index: number; key: string; label: string; discs: DiscView[] };

export type ExecutionState =
  | "queued"
  | "dispatched"
  | "running"
  | "stopping"
  | "succeeded"
  | "failed"
  | "timed_out"
  | "cancelled"
  | "unknown"
  | "expired"
  | "refused";

export type ExecutionView = {
  id: string;
  nodeId: string;
  nodeName: string;
  ordinal: number;
  skill: string;
  method: string;
  /** Short, human form of the parameters, at most 200 characters (for a shell command: the command). */
  summary: string;
  state: ExecutionState;
  exitCode: number | null;
  signal: string | null;
  error: string | null;
  /** RFC 3339, UTC. */
  submittedAt: string;
  finishedAt: string | null;
  durationMs: number | null;
  outputBytes: number;
  /** The final result as JSON text, at most 64 KiB, present once finished. For ShellSkill.run of a v2 node the streamed output is the result and this is null. */
  result: string | null;
  /** The job whose target this is an attempt of, counted from 1. */
  jobId: string | null;
  targetIndex: number | null;
  attempt: number;
};

export type OutputView = {
  executionId: string;
  seq: number;
  stream: "stdout" | "stderr" | "note";
  /** Decoded text; bytes that are not UTF-8 are replaced; may hold control sequences (the view strips them). */
  text: string;
  /** Milliseconds since the execution was submitted. */
  atMs: number;
};

/** [ordinal, cpu 0..1, memory 0..1, active tasks] */
export type VitalsRow = [number, number, number, number];

export type NexusView = {
  id: string;
  name: string;
  version: string;
  /** e.g. "127.0.0.1:8765" */
  address: string;
  /** Listens beyond this machine. */
  exposed: boolean;
};

export type FeedEvent =
  | {
      kind: "snapshot";
      nexus: NexusView;
      groups: GroupView[];
      nodes: NodeView[];
      executions: ExecutionView[];
      waiting: WaitingView[];
      codes: JoinCodeView[];
      approvals: ApprovalView[];
      /** Those under way and the newest others. */
      jobs: JobView[];
      stop: StopView | null;
    }
  | { kind: "node"; change: "connected" | "disconnected" | "changed"; node: NodeView }
  | { kind: "groups"; groups: GroupView[] }
  | { kind: "vitals"; rows: VitalsRow[] }
  | { kind: "execution"; execution: ExecutionView }
  | { kind: "output"; chunks: OutputView[] }
  /** Who waits to be let in: all of them, oldest first. */
  | { kind: "waiting"; waiting: WaitingView[] }
  /** A join code was made, used or taken back. */
  | { kind: "code"; code: JoinCodeView }
  /** A second yes was asked for, said, refused, used, or came too late. */
  | { kind: "approval"; approval: ApprovalView }
  /** A job was taken, moved on or ended. */
  | { kind: "job"; job: JobView }
  /** A stop began, went on or was released. */
  | { kind: "stop"; stop: StopView }
  /** A schedule was made, changed, fired; null: it was removed. */
  | { kind: "schedule"; id: string; schedule: ScheduleView | null }
  | { kind: "run"; run: RunView }
  /** Something was dropped because the screen was too slow; a snapshot follows. */
  | { kind: "gap"; reason: string };

/** One batch per frame at most; `seq` counts up by one from 0 within a subscription. */
export type FeedBatch = { seq: number; events: FeedEvent[] };

export type ExecuteRequest = {
  /** Minted by the asker (UUID); a repeated id is refused as a duplicate. */
  id: string;
  nodeId: string;
  skill: string;
  method: string;
  parameters: JsonValue;
  timeoutSeconds: number;
  /** By which second yes, if one was needed. */
  approval: string | null;
};

/** With an approval nothing was started: it waits for that. Refusals are of single nodes; the others were accepted. */
export type ExecuteAnswer = {
  approval: string | null;
  refused: { id: string; code: string; message: string }[];
};

export type SettingsView = {
  exposed: boolean;
  keepInTray: boolean;
  runLocalSpore: boolean;
  theme: "system" | "dark" | "light";
  reducedMotion: "system" | "on" | "off";
  /** Set when something needs the operator's eye: corrupt preferences replaced by defaults, the port was taken… */
  notices: string[];
  /** True when a change only takes effect after a restart of the app. */
  restartNeeded: boolean;
};
export type SettingsPatch = Partial<
  Pick<SettingsView, "exposed" | "keepInTray" | "runLocalSpore" | "theme" | "reducedMotion">
>;

/** What a command answers instead of a value. `code` is for programs, `message` for people. */
export type BridgeError = { code: string; message: string };

/** Everything the console may ask of its host. Rejections are always a BridgeError. */
export type Bridge = TrustBridge &
  ProofBridge &
  JobBridge &
  PlanBridge & {
    /** At most one live subscription per window: a new one ends the older one. Snapshot first, then deltas. */
    subscribe(onBatch: (batch: FeedBatch) => void): Promise<() => void>;
    /** Resolves once the execution is accepted (not finished), or to the approval that it needs. */
    execute(request: ExecuteRequest): Promise<ExecuteAnswer>;
    cancel(executionId: string): Promise<void>;
    /** Output kept so far, for an execution that this window did not watch from its start. */
    output(executionId: string): Promise<OutputView[]>;
    settings(): Promise<SettingsView>;
    saveSettings(patch: SettingsPatch): Promise<SettingsView>;
  };
