/** Which calls each part of the mock plays. Together they must be the whole bridge, which the compiler checks. */
import type { Bridge } from "../types";

export type TrustBridge = Pick<
  Bridge,
  | "join"
  | "makeJoinCode"
  | "withdrawJoinCode"
  | "accept"
  | "turnAway"
  | "editNode"
  | "revokeNode"
  | "releaseNode"
  | "rekeyNode"
  | "removeNode"
  | "tokens"
  | "makeToken"
  | "revokeToken"
>;

export type AlertBridge = Pick<
  Bridge,
  | "alerts"
  | "alertRules"
  | "putAlertRule"
  | "removeAlertRule"
  | "previewAlertRule"
  | "ownAlert"
  | "acknowledgeAlert"
  | "noteAlert"
  | "alertWebhook"
  | "setAlertWebhook"
  | "muteAlert"
  | "notify"
>;

export type ProofBridge = Pick<
  Bridge,
  "audit" | "verifyAudit" | "approve" | "deny" | "rules" | "makeRule" | "removeRule"
>;

export type TimeBridge = Pick<Bridge, "timeline" | "fleetAt" | "nodeHistory">;

export type JobBridge = Pick<
  Bridge,
  | "resolveTarget"
  | "completeTarget"
  | "savedGroups"
  | "saveGroup"
  | "removeGroup"
  | "job"
  | "submitJob"
  | "controlJob"
  | "rerunJob"
  | "jobTargets"
  | "jobGroups"
  | "searchJob"
  | "fleetStop"
  | "releaseStop"
  | "nodeStop"
>;

export type PlanBridge = Pick<
  Bridge,
  | "schedules"
  | "putSchedule"
  | "removeSchedule"
  | "pauseSchedule"
  | "runScheduleNow"
  | "previewWhen"
  | "runbooks"
  | "runbookText"
  | "runbookVersions"
  | "putRunbook"
  | "removeRunbook"
  | "runRunbook"
  | "runs"
  | "cancelRun"
>;

export type SavedBridge = Pick<Bridge, "savedCalls" | "putSavedCall" | "removeSavedCall">;
