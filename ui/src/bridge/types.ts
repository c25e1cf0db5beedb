/**
 * The contract between the console and whatever hosts it (the desktop shell, a Nexus across the network, or the mock).
 * Plain data and one method for each call, generated from the Rust side; here is only what generating cannot say.
 * Not here: how anything is transported, stored or drawn.
 */
import type { FeedBatch, HostCalls, NexusCalls, SettingsView } from "./generated";

export type * from "./generated";
export type {
  ExecutionStateView as ExecutionState,
  JobStateView as JobState,
  OfflineView as OfflinePolicy,
  RoleView as Role,
  StepStateView as StepState,
  StrategyView as Strategy,
  TargetStateView as TargetState,
} from "./generated";
export type { JsonValue } from "./json";

/** What is not in it stays as it is. */
export type SettingsPatch = Partial<Omit<SettingsView, "notices" | "restartNeeded">>;

/** Everything the console may ask of its host. Rejections are always a BridgeError. */
export type Bridge = Omit<NexusCalls, "openExport" | "nextExportPart"> &
  Omit<HostCalls, "saveSettings"> & {
    saveSettings(patch: SettingsPatch): Promise<SettingsView>;
    /** At most one live subscription per window: a new one ends the older one. Snapshot first, then deltas. */
    subscribe(onBatch: (batch: FeedBatch) => void): Promise<() => void>;
    /** Where this console is: a browser has no tray, no other Nexuses and no machine of its own. */
    place: "desktop" | "browser";
    /** A link or a menu of the system wants to go somewhere: `jobs`, `job/<id>`, `node/<id>`… */
    onOpen(go: (path: string) => void): () => void;
  };

/** The part that is about which Nexus is looked at. */
export type EnvironmentBridge = Pick<
  Bridge,
  "environments" | "switchEnvironment" | "probeEnvironment" | "addEnvironment" | "removeEnvironment"
>;
