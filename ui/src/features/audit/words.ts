/**
 * The audit log in words: what an action is called, what an entry is about, how it ended. Actions that this console
 * does not know (of a newer Nexus) are shown by their own name.
 */
import type { AuditEntryView } from "../../bridge/typesProof";
import { counted } from "../../components/format";
import type { Fleet } from "../../state/fleet";
import { plain } from "../../state/text";

const ACTIONS: Record<string, string> = {
  execute: "Run",
  move: "Moved to another node",
  cancel: "Stop",
  submit_job: "Asked for a job",
  pause_job: "Paused a job",
  resume_job: "Let a job go on",
  cancel_job: "Cancelled a job",
  stop_fleet: "Stopped everything",
  release_fleet: "Released the stop",
  stop_node: "Stopped all on a node",
  make_schedule: "Made a schedule",
  edit_schedule: "Changed a schedule",
  remove_schedule: "Removed a schedule",
  pause_schedule: "Paused a schedule",
  resume_schedule: "Resumed a schedule",
  fire_schedule: "A schedule fired",
  put_runbook: "Saved a runbook",
  remove_runbook: "Removed a runbook",
  begin_run: "Ran a runbook",
  cancel_run: "Cancelled a run",
  put_group: "Saved a group",
  remove_group: "Removed a group",
  ended: "Ended",
  outcome: "Outcome",
  make_token: "Made a token",
  revoke_token: "Revoked a token",
  make_join_code: "Made a join line",
  withdraw_join_code: "Withdrew a join line",
  rekey_node: "Made a new key",
  accept_node: "Accepted a machine",
  turn_away_node: "Turned a machine away",
  edit_node: "Renamed or tagged",
  revoke_node: "Revoked a node",
  release_node: "Let a node in again",
  remove_node: "Removed a node",
  ask_approval: "Asked for a second yes",
  approve: "Said the second yes",
  deny_approval: "Said no",
  make_rule: "Made a rule",
  remove_rule: "Removed a rule",
  node_joined: "A node joined",
  node_waiting: "A machine knocked",
  node_rekeyed: "A node has a new key",
  clone_held: "Two machines with one key",
  node_refused: "A node was refused",
  wrong_token: "A wrong token",
  denied: "Not allowed",
  export_audit: "Exported the log",
  prune_audit: "Removed old entries",
  start: "The Nexus started",
  stop: "The Nexus stopped",
};

/** All actions that can be filtered by, in the order of the list. */
export const ACTION_NAMES = Object.entries(ACTIONS);

export function actionWord(action: string): string {
  return ACTIONS[action] ?? plain(action, 60).replaceAll("_", " ");
}

export function whoWord(entry: AuditEntryView): string {
  if (entry.who === null) return entry.from === null ? "the Nexus" : plain(entry.from, 80);
  return entry.who.kind === "local" ? "you" : plain(entry.who.name, 120);
}

/** The node's name while it is known, else its id. */
export function nodeWord(fleet: Fleet, id: string): string {
  const ordinal = fleet.ordinalOf(id);
  return (ordinal === undefined ? undefined : fleet.node(ordinal)?.name) ?? plain(id, 64);
}

/** What it is about, in one line. */
export function aboutWord(fleet: Fleet, entry: AuditEntryView): string {
  const ids = entry.targets.length > 0 ? entry.targets : entry.subject;
  const [first] = ids;
  if (ids.length > 1) return counted(ids.length, "node");
  if (first !== undefined) return nodeWord(fleet, first);
  return "";
}

/** "11 succeeded, 1 failed" */
export function endings(entry: AuditEntryView): string {
  const counts = new Map<string, number>();
  for (const { state } of entry.outcomes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, n]) => `${n} ${state.replace("_", " ")}`).join(", ");
}

/** How bad it is: denied and proofs of trouble stand out, everything else is quiet. */
export function toneOf(entry: AuditEntryView): "bad" | "asks" | "quiet" {
  if (entry.decision === "denied" || entry.action === "clone_held") return "bad";
  if (entry.decision === "needs_approval") return "asks";
  return entry.outcomes.some(({ state }) => state !== "succeeded" && state !== "cancelled") ? "bad" : "quiet";
}
