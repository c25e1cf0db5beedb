/**
 * The simulated host itself: holds the swarm, lets its load drift, and speaks in numbered batches to one listener.
 * Not here: the face towards the console (../mock.ts), what commands answer (script.ts).
 */
import type {
  FeedBatch,
  FeedEvent,
  GroupView,
  JobView,
  NodeView,
  SavedGroupView,
  SettingsPatch,
  SettingsView,
  ViewerView,
  VitalsRow,
} from "../types";
import { SimulatedAlerts } from "./alerts";
import { SimulatedApprovals } from "./approvals";
import { SimulatedAudit } from "./audit";
import { SimulatedCharts } from "./charts";
import { SimulatedDay } from "./day";
import { refusal, SimulatedExecutions } from "./executions";
import { goOffline, homeNode, makeFleet } from "./fleet";
import { SimulatedJobs } from "./jobs";
import { SimulatedLooks } from "./looks";
import { remember } from "./past";
import { SimulatedPlans } from "./plans";
import { type Random, recentLoad, seeded } from "./random";
import { matching } from "./target";
import { SimulatedTrust } from "./trust";

export type MockOptions = {
  n: number;
  seed: number;
  /** No drift: for pictures and tests. */
  still: boolean;
  exposed: boolean;
  batchMs: number;
  theme: SettingsView["theme"];
  /** A node appears by itself after so many milliseconds. */
  join: number | null;
  /** So many machines wait to be let in. */
  waiting: number;
  /** So many second yeses are asked for by others. */
  approvals: number;
  /** 1: there are jobs, schedules and runbooks from before. */
  jobs: number;
  /** Who sits at the console. */
  you: ViewerView;
};

const THEMES = ["system", "dark", "light"];

export class SimulatedHost {
  readonly nodes: NodeView[];
  readonly executions: SimulatedExecutions;
  readonly trust: SimulatedTrust;
  readonly audit: SimulatedAudit;
  readonly approvals: SimulatedApprovals;
  readonly jobs: SimulatedJobs;
  readonly plans: SimulatedPlans;
  readonly day: SimulatedDay;
  readonly alerts: SimulatedAlerts;
  readonly looks: SimulatedLooks;
  subscriptions = 0;
  settings: SettingsView;
  readonly charts: SimulatedCharts;
  groups: GroupView[];
  saved: SavedGroupView[] = [];
  #random: Random;
  #byId: Map<string, NodeView>;
  #listener: ((batch: FeedBatch) => void) | null = null;
  #seq = 0;
  #queue: FeedEvent[] = [];
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #drift: ReturnType<typeof setInterval> | undefined;
  #options: MockOptions;
  #removed = new Set<NodeView>();

  constructor(options: MockOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
    const fleet = makeFleet(options.n, this.#random);
    this.nodes = fleet.nodes;
    this.groups = fleet.groups;
    this.#byId = new Map(fleet.nodes.map((node) => [node.id, node]));
    this.audit = new SimulatedAudit(fleet.nodes, seeded(options.seed + 1));
    this.approvals = new SimulatedApprovals((event) => this.emit(event));
    this.executions = new SimulatedExecutions({
      node: (id) => this.#byId.get(id),
      emit: (event) => this.emit(event),
      lose: (node) => this.lose(node),
      tasksChanged: (node) =>
        this.emit({ kind: "vitals", rows: [[node.ordinal, node.cpu, node.memory, node.activeTasks]] }),
      moved: (view) => this.jobs.moved(view),
    });
    const emit = (event: FeedEvent) => this.emit(event);
    this.charts = new SimulatedCharts(this, (action, by) =>
      this.audit.add(action, by === null ? {} : { detail: { by: by.dimension, key: by.key } }),
    );
    this.looks = new SimulatedLooks((id) => this.#byId.get(id));
    this.jobs = new SimulatedJobs({ executions: this.executions, node: (id) => this.#byId.get(id), emit });
    this.plans = new SimulatedPlans(emit, (request) => {
      const nodes = this.nodes.filter((node) => node.state === "online").slice(0, 12);
      this.jobs.submit(request, nodes, { origin: { kind: "schedule", id: "s", name: request.label } });
      return request.id;
    });
    if (options.jobs > 0) this.#past(options.jobs);
    this.trust = new SimulatedTrust({
      nodes: () => this.known(),
      emit: (event) => this.emit(event),
      enrol: (from) => this.#append(from),
      lose: (node) => this.lose(node),
      reconnect: (node) => this.reconnect(node),
      remove: (node) => this.#remove(node),
      exposed: () => this.settings?.exposed ?? options.exposed,
    });
    this.day = new SimulatedDay(() => this.known());
    const label = ({ group }: NodeView) => this.groups[group]?.label ?? "";
    const meant = (target: string, node: NodeView) =>
      target === "*" || matching(target, { nodes: [node], groups: this.groups, saved: [] }).length > 0;
    const failed = ({ id }: JobView) =>
      this.jobs
        .targets(id, ["failed", "timed_out", "unknown"], 0, 1000)
        .targets.flatMap(({ nodeId }) => this.#byId.get(nodeId)?.ordinal ?? []);
    this.alerts = new SimulatedAlerts({
      nodes: () => this.known(),
      jobs: () => this.jobs.views(),
      site: label,
      meant,
      failed,
      emit,
    });
    this.alerts.watchTroubles();
    if (options.approvals > 0) this.#askFor(options.approvals);
    if (options.waiting > 0) this.trust.seat(options.waiting);
    const { exposed, theme } = options;
    this.settings = {
      exposed,
      theme,
      keepInTray: true,
      runLocalSpore: true,
      reducedMotion: "system",
      notices: [],
      restartNeeded: false,
    };
  }

  subscribe(listener: (batch: FeedBatch) => void): () => void {
    this.#silence();
    this.subscriptions += 1;
    this.#seq = 0;
    this.#listener = listener;
    this.#tellEverything();
    this.emit({ kind: "vitals", rows: recentLoad(this.nodes, this.#random) });
    if (!this.#options.still) this.#drift = setInterval(() => this.#tick(), 1000);
    if (this.#options.join !== null) setTimeout(() => this.trust.knock(this.trust.join().code.id), this.#options.join);
    return () => {
      if (this.#listener === listener) this.#silence();
    };
  }

  #tellEverything(): void {
    const { exposed } = this.settings;
    const nexus = {
      id: "nexus-1",
      name: "nexus-1",
      version: "0.1.0",
      address: exposed ? "0.0.0.0:8765" : "127.0.0.1:8765",
      exposed,
      you: this.#options.you,
    };
    this.emit({
      kind: "snapshot",
      nexus,
      chart: this.charts.chart,
      groups: this.groups,
      nodes: this.known(),
      executions: this.executions.views(),
      waiting: this.trust.waiting,
      codes: this.trust.codes,
      approvals: this.approvals.all,
      jobs: this.jobs.views(),
      stop: this.jobs.stop,
      alerts: this.alerts.board,
    });
  }

  emit(...events: FeedEvent[]): void {
    if (!this.#listener) return;
    this.#queue.push(...structuredClone(events));
    if (events.some(({ kind }) => kind === "node" || kind === "job"))
      this.#looking ??= setTimeout(() => this.#lookAtAlerts(), 0);
    this.#flushing ??= setTimeout(() => this.#flush(), this.#options.batchMs);
  }

  /** Leaves out numbers, as if batches were lost. */
  skipBatches(count: number): void {
    this.#seq += count;
  }

  lose(node: NodeView): void {
    this.executions.orphan(node);
    goOffline(node, this.#random);
    node.lastSeen = new Date().toISOString();
    this.emit({ kind: "node", change: "disconnected", node });
  }

  reconnect(node: NodeView): void {
    Object.assign(node, { state: "online", cpu: 0.2, memory: 0.4, latencyMs: 5 });
    this.emit({ kind: "node", change: "connected", node });
    this.jobs.returned(node);
  }

  /** A new node appears in the home system. */
  enrol(): NodeView {
    const node = this.#append({});
    this.emit({ kind: "node", change: "connected", node });
    return node;
  }

  saveSettings(patch: SettingsPatch): SettingsView {
    if (patch.theme !== undefined && !THEMES.includes(patch.theme)) throw refusal("invalid_settings", "No such theme.");
    this.settings = { ...this.settings, ...patch };
    return this.settings;
  }

  #past(count: number): void {
    remember(this.jobs, this.executions, this.nodes, count);
    const before = [...this.jobs.all.values()].find(({ view }) => view.origin?.kind === "schedule");
    if (before) this.plans.remember(before.request);
  }

  #askFor(count: number): void {
    const rule = { ttlSeconds: 900, by: "another" } as const;
    this.approvals.make({ ...rule, name: "commands on many", calls: ["ShellSkill.*"], nodes: "*", atLeast: 10 });
    this.approvals.make({
      ...rule,
      name: "files of the databases",
      calls: ["FileSkill.write_file"],
      nodes: "role:db",
      atLeast: 1,
    });
    const commands = ["apt-get -y full-upgrade && systemctl restart nginx", "reboot"];
    for (let i = 0; i < count; i++) {
      const targets = this.nodes.filter((node) => node.group === 1 + i && node.state === "online").map(({ id }) => id);
      this.approvals.asked({
        askedBy: "release pipeline",
        own: false,
        from: "10.4.0.31",
        summary: commands[i % 2] as string,
        targets,
        rules: ["commands on many"],
      });
    }
  }

  known(): NodeView[] {
    return this.nodes.filter((node) => !this.#removed.has(node));
  }

  #append(from: Partial<NodeView>): NodeView {
    const ordinal = this.nodes.length;
    const node = { ...homeNode(ordinal), id: `late-${ordinal}`, ordinal, ...from };
    node.trust = { ...node.trust, ownName: node.name };
    this.nodes.push(node);
    this.#byId.set(node.id, node);
    return node;
  }

  #remove(node: NodeView): void {
    this.#removed.add(node);
    this.#byId.delete(node.id);
    this.emit({ kind: "gap", reason: "a node was removed" });
    this.#tellEverything();
  }

  #lookAtAlerts(): void {
    this.#looking = undefined;
    this.alerts.look();
  }

  #flush(): void {
    this.#flushing = undefined;
    const events = this.#queue;
    this.#queue = [];
    this.#listener?.({ seq: this.#seq++, events });
  }

  #silence(): void {
    this.#listener = null;
    this.#queue = [];
    clearInterval(this.#drift);
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
  }

  #tick(): void {
    const random = this.#random;
    const share = this.nodes.length > 1000 ? 0.01 : 0.35;
    const rows: VitalsRow[] = [];
    for (const node of this.nodes) {
      if (node.state === "offline" || random() > share) continue;
      node.cpu = Math.min(0.98, Math.max(0.02, node.cpu + (random() - 0.5) * 0.08));
      node.memory = Math.min(0.95, Math.max(0.05, node.memory + (random() - 0.5) * 0.02));
      rows.push([node.ordinal, node.cpu, node.memory, node.activeTasks]);
    }
    if (rows.length > 0) this.emit({ kind: "vitals", rows });
  }
}
