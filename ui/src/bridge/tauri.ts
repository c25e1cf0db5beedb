/**
 * The bridge to the desktop shell, over its generated commands: one invoke per command and one channel per window
 * for the feed. Rejections always become a BridgeError, also those of the shell itself (a missing command).
 * Not here: what anything means; keep this file a list of calls.
 */
import { Channel } from "@tauri-apps/api/core";
import { commands } from "./generated";
import type { Bridge, BridgeError, FeedBatch } from "./types";
import type { JobBridge } from "./typesJob";
import type { PlanBridge } from "./typesPlan";
import type { ProofBridge } from "./typesProof";
import type { TrustBridge } from "./typesTrust";

/** Batches between two words to the shell that we are still looking; it stops sending after some hundred without one. */
const SEEN_EVERY = 32;

export function createTauriBridge(): Bridge {
  return {
    async subscribe(onBatch) {
      const channel = new Channel<FeedBatch>();
      let subscription: number | null = null;
      channel.onmessage = (batch) => {
        onBatch(batch);
        if (subscription !== null && batch.seq % SEEN_EVERY === 0)
          commands.seen(subscription, batch.seq).catch(() => {});
      };
      subscription = await told(commands.subscribe(channel));
      return () => {
        channel.onmessage = () => {};
        if (subscription !== null) commands.unsubscribe(subscription).catch(() => {});
      };
    },
    execute: (request) => told(commands.execute(request)),
    cancel: async (executionId) => void (await told(commands.cancel(executionId))),
    output: (executionId) => told(commands.output(executionId)),
    ...jobs(),
    ...plans(),
    ...trust(),
    ...proof(),
    settings: () => told(commands.settings()),
    saveSettings: (patch) => told(commands.saveSettings(patch)),
  };
}

function jobs(): JobBridge {
  return {
    resolveTarget: (request) => told(commands.resolveTarget(request)),
    completeTarget: (text, at) => told(commands.completeTarget(text, at)),
    savedGroups: () => told(commands.savedGroups()),
    saveGroup: async (name, target) => void (await told(commands.saveGroup(name, target))),
    removeGroup: async (name) => void (await told(commands.removeGroup(name))),
    job: (id) => told(commands.job(id)),
    submitJob: (request) => told(commands.submitJob(request)),
    controlJob: async (id, action) => void (await told(commands.controlJob(id, action))),
    rerunJob: (request) => told(commands.rerunJob(request)),
    jobTargets: (id, states, after, limit) => told(commands.jobTargets(id, states, after, limit)),
    jobGroups: (id) => told(commands.jobGroups(id)),
    searchJob: (id, text, limit) => told(commands.searchJob(id, text, limit)),
    fleetStop: (reason) => told(commands.fleetStop(reason)),
    releaseStop: async () => void (await told(commands.releaseStop())),
    nodeStop: (node) => told(commands.nodeStop(node)),
  };
}

function plans(): PlanBridge {
  return {
    schedules: () => told(commands.schedules()),
    putSchedule: (id, plan) => told(commands.putSchedule(id, plan)),
    removeSchedule: async (id) => void (await told(commands.removeSchedule(id))),
    pauseSchedule: async (id, paused) => void (await told(commands.pauseSchedule(id, paused))),
    runScheduleNow: async (id) => void (await told(commands.runScheduleNow(id))),
    previewWhen: (when, timeZone) => told(commands.previewWhen(when, timeZone)),
    runbooks: () => told(commands.runbooks()),
    runbookText: (name) => told(commands.runbookText(name)),
    putRunbook: (name, text) => told(commands.putRunbook(name, text)),
    removeRunbook: async (name) => void (await told(commands.removeRunbook(name))),
    runRunbook: (call, confirmDestructive) => told(commands.runRunbook(call, confirmDestructive)),
    exportRunbook: (name) => told(commands.exportRunbook(name)),
    runs: () => told(commands.runs()),
    cancelRun: async (id) => void (await told(commands.cancelRun(id))),
  };
}

function trust(): TrustBridge {
  return {
    join: () => told(commands.join()),
    makeJoinCode: (request) => told(commands.makeJoinCode(request)),
    withdrawJoinCode: async (id) => void (await told(commands.withdrawJoinCode(id))),
    accept: (waiting) => told(commands.accept(waiting)),
    turnAway: async (waiting) => void (await told(commands.turnAway(waiting))),
    editNode: async (node, edit) => void (await told(commands.editNode(node, edit))),
    revokeNode: async (node) => void (await told(commands.revokeNode(node))),
    releaseNode: async (node) => void (await told(commands.releaseNode(node))),
    rekeyNode: (node) => told(commands.rekeyNode(node)),
    removeNode: async (node) => void (await told(commands.removeNode(node))),
    tokens: () => told(commands.tokens()),
    makeToken: (request) => told(commands.makeToken(request)),
    revokeToken: async (id) => void (await told(commands.revokeToken(id))),
  };
}

function proof(): ProofBridge {
  return {
    audit: (query) => told(commands.audit(query)),
    verifyAudit: () => told(commands.verifyAudit()),
    exportAudit: () => told(commands.exportAudit()),
    approve: async (id) => void (await told(commands.approve(id))),
    deny: async (id) => void (await told(commands.deny(id))),
    rules: () => told(commands.rules()),
    makeRule: async (request) => void (await told(commands.makeRule(request))),
    removeRule: async (id) => void (await told(commands.removeRule(id))),
  };
}

async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (reason) {
    throw toBridgeError(reason);
  }
}

function toBridgeError(reason: unknown): BridgeError {
  if (reason && typeof reason === "object" && "code" in reason && "message" in reason) return reason as BridgeError;
  return { code: "host", message: typeof reason === "string" ? reason : String(reason) };
}
