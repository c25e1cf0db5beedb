/**
 * The audit log in words: what an action is called, what an entry is about, how it ended. Actions that this console
 * does not know (of a newer Nexus) are shown by their own name.
 */
import type { AuditEntryView, ViewerView } from "../../bridge/types";
import { count } from "../../components/format";
import { t } from "../../i18n";
import type { Fleet } from "../../state/fleet";
import { plain } from "../../state/text";
import { personWord } from "../../state/viewer";
import { stateWord } from "../../state/words";

const ACTIONS: Record<string, () => string> = {
  execute: () => t("Run", { context: "done" }),
  glance: () => t("Looked at a node"),
  move: () => t("Moved to another node"),
  cancel: () => t("Stop", { context: "done" }),
  submit_job: () => t("Asked for a job"),
  pause_job: () => t("Paused a job"),
  resume_job: () => t("Let a job go on"),
  cancel_job: () => t("Cancelled a job"),
  stop_fleet: () => t("Stopped everything"),
  release_fleet: () => t("Released the stop"),
  stop_node: () => t("Stopped all on a node"),
  make_schedule: () => t("Made a schedule"),
  edit_schedule: () => t("Changed a schedule"),
  remove_schedule: () => t("Removed a schedule"),
  pause_schedule: () => t("Paused a schedule"),
  resume_schedule: () => t("Resumed a schedule"),
  fire_schedule: () => t("A schedule fired"),
  put_runbook: () => t("Saved a runbook"),
  remove_runbook: () => t("Removed a runbook"),
  begin_run: () => t("Ran a runbook"),
  cancel_run: () => t("Cancelled a run"),
  put_group: () => t("Saved a group"),
  remove_group: () => t("Removed a group"),
  replaced_elsewhere: () => t("Replaced by what another instance set"),
  audit_diverged: () => t("Another instance's log changed"),
  ended: () => t("Ended"),
  outcome: () => t("Outcome"),
  make_token: () => t("Made a token"),
  revoke_token: () => t("Revoked a token"),
  make_join_code: () => t("Made a join line"),
  withdraw_join_code: () => t("Withdrew a join line"),
  rekey_node: () => t("Made a new key"),
  accept_node: () => t("Accepted a machine"),
  turn_away_node: () => t("Turned a machine away"),
  edit_node: () => t("Renamed or tagged"),
  revoke_node: () => t("Revoked a node"),
  release_node: () => t("Let a node in again"),
  remove_node: () => t("Removed a node"),
  ask_approval: () => t("Asked for a second yes"),
  approve: () => t("Said the second yes"),
  deny_approval: () => t("Said no"),
  make_rule: () => t("Made a rule"),
  remove_rule: () => t("Removed a rule"),
  node_joined: () => t("A node joined"),
  node_waiting: () => t("A machine knocked"),
  node_rekeyed: () => t("A node has a new key"),
  clone_held: () => t("Two machines with one key"),
  node_refused: () => t("A node was refused"),
  wrong_token: () => t("A wrong token"),
  denied: () => t("Not allowed"),
  set_alert_webhook: () => t("Set where alerts are posted"),
  remove_alert_webhook: () => t("Stopped posting alerts"),
  export_audit: () => t("Exported the log"),
  make_backup: () => t("Made a backup"),
  prune_audit: () => t("Removed old entries"),
  start: () => t("The Nexus started"),
  stop: () => t("The Nexus stopped"),
};

/** All actions that can be filtered by, in the order of the list. */
export function actionNames(): [string, string][] {
  return Object.entries(ACTIONS).map(([action, word]) => [action, word()]);
}

export function actionWord(action: string): string {
  return (Object.hasOwn(ACTIONS, action) ? ACTIONS[action]?.() : undefined) ?? plain(action, 60).replaceAll("_", " ");
}

export function whoWord(viewer: ViewerView, entry: AuditEntryView): string {
  if (entry.who === null) return entry.from === null ? t("the Nexus") : plain(entry.from, 80);
  return personWord(viewer, entry.who);
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
  if (ids.length > 1) return t("{{count}} nodes", { count: ids.length });
  if (first !== undefined) return nodeWord(fleet, first);
  return "";
}

/** "11 succeeded, 1 failed" */
export function endings(entry: AuditEntryView): string {
  const counts = new Map<string, number>();
  for (const { state } of entry.outcomes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, n]) => `${count(n)} ${stateWord(state)}`).join(", ");
}

/** How bad it is: denied and proofs of trouble stand out, everything else is quiet. */
export function toneOf(entry: AuditEntryView): "bad" | "asks" | "quiet" {
  if (entry.decision === "denied" || entry.action === "clone_held" || entry.action === "audit_diverged") return "bad";
  if (entry.decision === "needs_approval") return "asks";
  return entry.outcomes.some(({ state }) => state !== "succeeded" && state !== "cancelled") ? "bad" : "quiet";
}

export function decisionWord(decision: string): string {
  switch (decision) {
    case "allowed":
      return t("allowed");
    case "denied":
      return t("not allowed");
    case "needs_approval":
      return t("needs a second yes");
    default:
      return plain(decision, 40).replaceAll("_", " ");
  }
}

export function faultWord(kind: string): string {
  switch (kind) {
    case "edited":
      return t("edited");
    case "missing":
      return t("missing");
    case "reordered":
      return t("reordered");
    case "rewritten":
      return t("rewritten");
    case "bad_signature":
      return t("bad signature");
    case "foreign_key":
      return t("foreign key");
    case "not_signed":
      return t("not signed");
    case "cut":
      return t("cut");
    default:
      return plain(kind, 40).replaceAll("_", " ");
  }
}
