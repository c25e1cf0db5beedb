/**
 * A simulated host with the same types as the real one, so that the whole console also runs in a browser: a swarm
 * from the URL (?n=&seed=), load that drifts, executions that stream and can be stopped, refusals that really occur.
 * `?jobs=0` leaves the jobs from before out. `?still=1` freezes the drift for pictures, `?join=<ms>` lets a node appear, `?waiting=<n>` machines stand at the door; tests hold `control`.
 */

import { download } from "./download";
import { alertsOf, jobsOf, plansOf } from "./mock/asks";
import { hashOf } from "./mock/audit";
import { chartsOf } from "./mock/charts";
import { simulatedEnvironments } from "./mock/environments";
import { summaryOf } from "./mock/executions";
import { type MockOptions, SimulatedHost } from "./mock/host";
import type { ProofBridge, TrustBridge } from "./mock/parts";
import { savedCallsOf } from "./mock/saved";
import { timeOf } from "./mock/timeline";
import type { Bridge, ExecuteAnswer, ExecuteRequest, FeedEvent, NodeView } from "./types";

export type { MockOptions };
export type MockControl = {
  readonly nodes: NodeView[];
  readonly subscriptions: number;
  /** How often each method was looked at. */
  readonly looked: ReadonlyMap<string, number>;
  emit(...events: FeedEvent[]): void;
  disconnect(ordinal: number): void;
  reconnect(ordinal: number): void;
  enrol(): NodeView;
  skipBatches(count: number): void;
  /** A machine comes with this join code. */
  knock(code: string, name?: string): void;
  /** Two machines with this node's key. */
  hold(ordinal: number): void;
  /** Somebody else answers. */
  decide(approval: string, decision: "approved" | "denied"): void;
  /** Somebody wrote into the audit log. */
  tamper(entry: number): void;
};
export type MockBridge = Bridge & { control: MockControl };

const DEFAULTS: MockOptions = {
  n: 184,
  seed: 5,
  still: false,
  exposed: false,
  batchMs: 33,
  theme: "system",
  join: null,
  waiting: 0,
  approvals: 0,
  jobs: 0,
  you: { id: "local", name: "local", role: "admin", mayNot: [] },
};
/** A look takes a moment. */
const LOOK_MS = 60;
const MOST_NODES = 200_000;

export function mockOptionsFromUrl(search: string): Partial<MockOptions> {
  const url = new URLSearchParams(search);
  const theme = url.get("theme");
  const options: Partial<MockOptions> = { still: url.has("still"), exposed: url.has("exposed"), jobs: 1 };
  for (const name of ["n", "seed", "join", "waiting", "approvals", "jobs"] as const) {
    const value = Number(url.get(name) ?? Number.NaN);
    if (Number.isFinite(value)) options[name] = Math.min(MOST_NODES, Math.max(0, Math.trunc(value)));
  }
  if (theme === "dark" || theme === "light") options.theme = theme;
  return options;
}

export function createMockBridge(given: Partial<MockOptions> = {}): MockBridge {
  const host = new SimulatedHost({ ...DEFAULTS, ...given });
  const at = (ordinal: number) => host.nodes[ordinal] as NodeView;
  return {
    control: {
      nodes: host.nodes,
      get subscriptions() {
        return host.subscriptions;
      },
      looked: host.looks.asked,
      emit: (...events) => host.emit(...events),
      disconnect: (ordinal) => host.lose(at(ordinal)),
      reconnect: (ordinal) => host.reconnect(at(ordinal)),
      enrol: () => host.enrol(),
      skipBatches: (count) => host.skipBatches(count),
      knock: (code, name) => host.trust.knock(code, name),
      decide: (id, decision) => host.approvals.decide(id, decision, "anna"),
      tamper: (entry) => host.audit.tamper(entry),
      hold: (ordinal) => host.trust.hold(at(ordinal).id),
    },
    subscribe: async (onBatch) => host.subscribe(onBatch),
    execute: async (request) => execute(host, request),
    cancel: async (id) => host.executions.cancel(id),
    saveText: async (name, text) => download(name, text),
    saveExport: async (what) => {
      if (what.kind === "audit") host.audit.add("export_audit");
      const name =
        what.kind === "runbook" ? `${what.name}.toml` : what.kind === "audit" ? "nexus-audit.jsonl" : "output.txt";
      return `/home/you/Downloads/${name}`;
    },
    output: async (id) => host.executions.output(id),
    nodeExecutions: async () => ({ executions: [], missing: [], alone: true }),
    glance: async (node, skill, method, parameters) => {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      return structuredClone(host.looks.answer(node, skill, method, parameters));
    },
    ...trustOf(host),
    ...proofOf(host),
    ...jobsOf(host),
    ...plansOf(host),
    ...simulatedEnvironments(),
    place: "desktop",
    onOpen: () => () => undefined,
    opening: async () => null,
    openWindow: async () => undefined,
    sayStatus: async () => undefined,
    ...chartsOf(host.charts),
    ...timeOf(host.day),
    ...savedCallsOf(),
    ...alertsOf(host),
    settings: async () => host.settings,
    saveSettings: async (patch) => host.saveSettings(patch),
  };
}

/** The second yes first, then the node. */
function execute(host: SimulatedHost, request: ExecuteRequest): ExecuteAnswer {
  const { id, nodeId, skill, method, timeoutSeconds, approval } = request;
  const summary = summaryOf(request);
  const needed = host.approvals.needed(request, [nodeId], summary);
  host.audit.add(needed === null ? "execute" : "ask_approval", {
    decision: needed === null ? "allowed" : "needs_approval",
    call: { skill, method, summary, timeout: timeoutSeconds, sha256: hashOf(JSON.stringify(request.parameters)) },
    targets: [nodeId],
    executions: needed === null ? [id] : [],
    approval: needed ?? approval,
  });
  if (needed !== null) return { approval: needed, refused: [] };
  host.executions.start(request);
  return { approval: null, refused: [] };
}

/** What is done about trust also stands in the log, as with the real host. */
function trustOf({ trust, audit }: SimulatedHost): TrustBridge {
  return {
    join: async () => trust.join(),
    makeJoinCode: async (request) => {
      const made = trust.make(request);
      audit.add("make_join_code", { subject: [made.code.id], detail: { label: request.label, uses: request.uses } });
      return made;
    },
    withdrawJoinCode: async (id) => {
      trust.withdraw(id);
      audit.add("withdraw_join_code", { subject: [id] });
    },
    accept: async (id) => {
      const node = trust.accept(id);
      audit.add("accept_node", { subject: [node] });
      return node;
    },
    turnAway: async (id) => {
      trust.turnAway(id);
      audit.add("turn_away_node", { subject: [id] });
    },
    editNode: async (id, edit) => {
      trust.edit(id, edit);
      audit.add("edit_node", { subject: [id], detail: { ...edit } });
    },
    revokeNode: async (id) => {
      trust.revoke(id);
      audit.add("revoke_node", { subject: [id] });
    },
    releaseNode: async (id) => {
      trust.release(id);
      audit.add("release_node", { subject: [id] });
    },
    rekeyNode: async (id) => {
      const made = trust.rekey(id);
      audit.add("rekey_node", { subject: [id] });
      return made;
    },
    removeNode: async (id) => {
      trust.remove(id);
      audit.add("remove_node", { subject: [id] });
    },
    tokens: async () => structuredClone(trust.tokens),
    makeToken: async (request) => {
      const made = trust.makeToken(request);
      audit.add("make_token", { subject: [made.token.id], detail: { name: request.name, role: request.role } });
      return structuredClone(made);
    },
    revokeToken: async (id) => {
      trust.revokeToken(id);
      audit.add("revoke_token", { subject: [id] });
    },
  };
}

function proofOf({ audit, approvals }: SimulatedHost): ProofBridge {
  return {
    approve: async (id) => {
      approvals.decide(id, "approved", "local");
      audit.add("approve", { approval: id });
    },
    deny: async (id) => {
      approvals.decide(id, "denied", "local");
      audit.add("deny_approval", { approval: id });
    },
    rules: async () => structuredClone(approvals.rules),
    makeRule: async (request) => {
      audit.add("make_rule", { subject: [approvals.make(request).id] });
    },
    removeRule: async (id) => {
      approvals.remove(id);
      audit.add("remove_rule", { subject: [id] });
    },
    audit: async (query) => structuredClone(audit.page(query)),
    verifyAudit: async () => audit.verify(),
  };
}
