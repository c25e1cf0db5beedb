/**
 * What may be asked about jobs and plans, as the simulated host answers it: the set first, then the typed number, then
 * the second yes, as the real one does.
 */

import type { JobAnswer, JobRequest, NodeView, ResolvedView, TargetRequest } from "../types";
import { hashOf } from "./audit";
import { ALL_METHODS } from "./containers";
import { refusal, summaryOf } from "./executions";
import type { SimulatedHost } from "./host";
import type { AlertBridge, JobBridge, PlanBridge } from "./parts";
import { complete, matching, type Swarm } from "./target";

export function alertsOf({ alerts, audit }: SimulatedHost): AlertBridge {
  const aimed = (aim: Parameters<AlertBridge["ownAlert"]>[0]) => ({
    subject: [aim.alert ?? aim.cause ?? aim.rule ?? ""],
  });
  return {
    alerts: async (query) => structuredClone(alerts.page(query)),
    alertRules: async () => structuredClone(alerts.rules),
    putAlertRule: async (id, request) => {
      const rule = alerts.put(id, request);
      audit.add("put_alert_rule", { subject: [rule.id], detail: { name: rule.name } });
      return structuredClone(rule);
    },
    removeAlertRule: async (id) => {
      alerts.remove(id);
      audit.add("remove_alert_rule", { subject: [id] });
    },
    alertWebhook: async () => structuredClone(alerts.webhook.view),
    setAlertWebhook: async (url) => {
      alerts.webhook.set(url);
      audit.add(url === null ? "remove_alert_webhook" : "set_alert_webhook", {
        detail: { to: alerts.webhook.view.to },
      });
    },
    previewAlertRule: async (request) => alerts.preview(request),
    ownAlert: async (aim, owner) => {
      alerts.own(aim, owner);
      audit.add("own_alert", aimed(aim));
    },
    acknowledgeAlert: async (aim) => {
      alerts.acknowledge(aim);
      audit.add("acknowledge_alert", aimed(aim));
    },
    noteAlert: async (aim, text) => {
      alerts.note(aim, text);
      audit.add("note_alert", aimed(aim));
    },
    muteAlert: async (aim, until, reason) => {
      alerts.mute(aim, until, reason);
      audit.add(until === null ? "unmute_alert" : "mute_alert", aimed(aim));
    },
    // The page is not the system: there is nowhere to show it.
    notify: async () => undefined,
  };
}

export function jobsOf(host: SimulatedHost): JobBridge {
  const swarm = (): Swarm => ({ nodes: host.known(), groups: host.groups, saved: host.saved });
  return {
    resolveTarget: async (request) => resolved(request, swarm()),
    completeTarget: async (text, at) => complete(text, at, swarm()),
    savedGroups: async () => structuredClone(host.saved),
    saveGroup: async (name, target) => {
      if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name))
        throw refusal("invalid", "A name has small letters, digits, dots, dashes and underscores.");
      const count = matching(target, swarm()).length;
      const group = { name, target, count, madeBy: "local", madeAt: new Date().toISOString() };
      host.saved = [...host.saved.filter((one) => one.name !== name), group];
    },
    removeGroup: async (name) => {
      host.saved = host.saved.filter((one) => one.name !== name);
    },
    job: async (id) => structuredClone(host.jobs.view(id)),
    submitJob: async (request) => submit(host, request, swarm()),
    controlJob: async (id, action) => host.jobs.control(id, action),
    rerunJob: async (request) => host.jobs.rerun(request),
    jobTargets: async (id, states, after, limit) => host.jobs.targets(id, states, after, limit),
    jobGroups: async (id) => ({ groups: host.jobs.groups(id), omitted: 0 }),
    searchJob: async (id, text, limit) => host.jobs.search(id, text, limit),
    fleetStop: async (reason) => {
      host.audit.add("stop_fleet", { detail: { reason } });
      return structuredClone(host.jobs.hold(reason));
    },
    releaseStop: async () => {
      host.jobs.release();
      host.audit.add("release_fleet");
    },
    nodeStop: async (nodeId) => {
      const stopped = host.executions.stopAll(nodeId);
      return {
        held: false,
        by: "local",
        since: new Date().toISOString(),
        reason: "",
        stopping: stopped.length,
        proved: 0,
        unknown: 0,
        neverSent: 0,
        cannot: 0,
      };
    },
  };
}

export function plansOf({ plans }: SimulatedHost): PlanBridge {
  return {
    schedules: async () => structuredClone(plans.schedules),
    putSchedule: async (id, plan) => structuredClone(plans.put(id, plan)),
    removeSchedule: async (id) => plans.removeSchedule(id),
    pauseSchedule: async (id, paused) => plans.pause(id, paused),
    runScheduleNow: async (id) => plans.runNow(id),
    previewWhen: async (when, timeZone) => plans.preview(when, timeZone),
    runbooks: async () => structuredClone(plans.runbooks),
    runbookText: async (name, version) => plans.text(name, version),
    runbookVersions: async (name) => plans.versions(name),
    putRunbook: async (name, text) => structuredClone(plans.putRunbook(name, text)),
    removeRunbook: async (name) => plans.removeRunbook(name),
    runRunbook: async (call) => structuredClone(plans.run(call)),
    runs: async () => structuredClone(plans.runs),
    cancelRun: async (id) => plans.cancelRun(id),
  };
}

function targetsOf(request: Pick<TargetRequest, "target" | "nodeIds">, swarm: Swarm): NodeView[] {
  if (request.target !== null) {
    const nodes = matching(request.target, swarm);
    if (nodes.length === 0)
      throw refusal("no_targets", `“${request.target}” means none of the ${swarm.nodes.length} nodes.`);
    return nodes;
  }
  const wanted = new Set(request.nodeIds ?? []);
  const nodes = swarm.nodes.filter((node) => wanted.has(node.id));
  if (nodes.length === 0) throw refusal("no_targets", "No nodes were named.");
  return nodes;
}

function shaOf(nodes: readonly NodeView[]): string {
  return hashOf(
    nodes
      .map(({ id }) => id)
      .sort()
      .join("\n"),
  );
}

function resolved(request: TargetRequest, swarm: Swarm): ResolvedView {
  const nodes = targetsOf(request, swarm);
  const effect = ALL_METHODS.find((m) => m.skill === request.skill && m.method === request.method)?.effect ?? null;
  const offline = nodes.filter((node) => node.state === "offline").length;
  return {
    target: request.target?.trim().replace(/\s+/g, " ") ?? "",
    targetsSha256: shaOf(nodes),
    count: nodes.length,
    online: nodes.length - offline,
    offline,
    effect,
    confirm: effect === "destroy" && nodes.length > 1,
    ordinals: nodes.map(({ ordinal }) => ordinal).sort((a, b) => a - b),
    refused: [],
  };
}

function submit(host: SimulatedHost, request: JobRequest, swarm: Swarm): JobAnswer {
  const nodes = targetsOf(request, swarm);
  const known = host.jobs.all.has(request.id);
  const targetsSha256 = shaOf(nodes);
  const { skill, method, timeoutSeconds } = request;
  const effect = ALL_METHODS.find((m) => m.skill === skill && m.method === method)?.effect;
  if (!known && request.targetsSha256 !== null && request.targetsSha256 !== targetsSha256)
    return { kind: "changed", targetsSha256, count: nodes.length };
  if (!known && effect === "destroy" && nodes.length > 1 && request.confirmCount !== nodes.length)
    return { kind: "count", count: nodes.length };
  const summary = summaryOf(request);
  const ids = nodes.map(({ id }) => id);
  const needed = known ? null : host.approvals.needed(request, ids, summary);
  host.audit.add(needed === null ? "submit_job" : "ask_approval", {
    decision: needed === null ? "allowed" : "needs_approval",
    call: { skill, method, summary, timeout: timeoutSeconds, sha256: hashOf(JSON.stringify(request.parameters)) },
    targets: ids,
    approval: needed ?? request.approval,
  });
  if (needed !== null) return { kind: "approval", approval: needed };
  if (nodes.every((node) => node.state === "offline") && request.offline === "skip") {
    const refused = nodes.map(({ id, name }) => ({ nodeId: id, nodeName: name, why: "It is offline." }));
    return { kind: "refused", refused: refused.slice(0, 20) };
  }
  return host.jobs.submit(request, nodes, { targetsSha256 });
}
