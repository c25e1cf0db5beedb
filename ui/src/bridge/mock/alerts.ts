/**
 * Alerts as the simulated host has them: what fires follows from how its nodes and jobs are, grouped like the Nexus does,
 * and what people do about a cause holds for it. Not here: how long something must hold; it fires at once.
 */
import type {
  AlertAim,
  AlertBoardView,
  AlertEventView,
  AlertPage,
  AlertPreview,
  AlertQuery,
  AlertRuleRequest,
  AlertRuleView,
  AlertView,
  CauseView,
  ConditionView,
  FeedEvent,
  JobView,
  NodeView,
} from "../types";
import { bound, DEFAULTS, judge } from "./alertRules";
import { hashOf } from "./audit";
import { type Found, grouped } from "./causes";
import { refusal } from "./executions";
import { SimulatedWebhook } from "./webhook";

type Swarm = {
  nodes(): NodeView[];
  jobs(): JobView[];
  site(node: NodeView): string;
  meant(target: string, node: NodeView): boolean;
  failed(job: JobView): number[];
  emit(event: FeedEvent): void;
};
/** What people did about one alert, or about a cause. */
type Deeds = {
  owner: string | null;
  seen: string | null;
  seenAt: string | null;
  note: string | null;
  mutedUntil: string | null;
};

const START = Date.now();
const NOTHING: Deeds = { owner: null, seen: null, seenAt: null, note: null, mutedUntil: null };
export class SimulatedAlerts {
  rules: AlertRuleView[];
  readonly webhook = new SimulatedWebhook();
  #swarm: Swarm;
  #board: AlertBoardView = { causes: [], more: 0, counts: none(), quietSince: new Date(START).toISOString() };
  #alerts = new Map<string, AlertView>();
  #deeds = new Map<string, Deeds>();
  #since = new Map<string, string>();
  #muted = new Map<string, string>();
  #made = new Set<string>();

  constructor(swarm: Swarm) {
    this.#swarm = swarm;
    this.rules = DEFAULTS.map(([name, condition, forSeconds, severity], i) => ({
      id: `00000000-0000-0000-0000-00000000000${i + 1}`,
      name,
      condition,
      nodes: "*",
      forSeconds,
      severity,
      enabled: true,
      builtIn: true,
      changedBy: null,
      changedAt: null,
    }));
  }

  /** Rules for what troubles the nodes of a simulated swarm; before anybody looks. */
  watchTroubles(): void {
    const own = {
      nodes: "*",
      enabled: true,
      builtIn: false,
      changedBy: "local",
      changedAt: new Date(START - 9 * 86_400_000).toISOString(),
    };
    this.rules.push(
      {
        ...own,
        id: hashOf("latency").slice(0, 32),
        name: "Round trip above 400 ms",
        condition: bound("latency", 400),
        forSeconds: 300,
        severity: "warning",
      },
      {
        ...own,
        id: hashOf("cpu").slice(0, 32),
        name: "CPU above 90 % for 10 min",
        condition: bound("cpu", 98),
        forSeconds: 600,
        severity: "warning",
        nodes: "role=gpu or role=web",
      },
    );
    this.look();
  }

  get board(): AlertBoardView {
    return this.#board;
  }

  /** Looks at everybody, and tells if something came of it. */
  look(): void {
    const found = this.#found();
    const alive = new Set(found.map(({ alert }) => alert.id));
    const now = new Date().toISOString();
    for (const alert of this.#alerts.values()) {
      if (alive.has(alert.id) || alert.state === "resolved") continue;
      Object.assign(alert, { state: "resolved", resolvedAt: now, cause: null });
      alert.history.push(told("resolved"));
    }
    const causes = grouped(found, this.#swarm.nodes(), (node) => this.#swarm.site(node)).map((cause) =>
      this.#with(cause),
    );
    const open = (cause: CauseView) => cause.mutedUntil === null && !cause.acknowledged;
    causes.sort(
      (a, b) => Number(open(b)) - Number(open(a)) || rank(b) - rank(a) || b.ordinals.length - a.ordinals.length,
    );
    const counts = none();
    for (const cause of causes) {
      counts.firing += cause.alerts;
      if (cause.mutedUntil !== null) counts.muted += cause.alerts;
      else if (cause.acknowledged) counts.acknowledged += cause.alerts;
      else counts[cause.severity] += cause.alerts;
    }
    const quiet = counts.firing === counts.muted;
    const quietSince = quiet ? (this.#board.quietSince ?? now) : null;
    const board = { causes, more: 0, counts, quietSince };
    if (JSON.stringify(board) === JSON.stringify(this.#board)) return;
    this.#board = board;
    this.#swarm.emit({ kind: "alerts", board });
  }

  page({ state, rule, severity, cause, node, skip, limit }: AlertQuery): AlertPage {
    const all = [...this.#alerts.values()].map((alert) => ({ ...alert, mutedUntil: this.#mutedUntil(alert) }));
    const fits = all.filter(
      (alert) =>
        (state === "all" ||
          (state === "resolved"
            ? alert.state === "resolved"
            : alert.state === "firing" && (alert.mutedUntil !== null) === (state === "muted"))) &&
        (rule === null || alert.ruleId === rule) &&
        (severity === null || alert.severity === severity) &&
        (cause === null || alert.cause === cause) &&
        (node === null || alert.subject.id === node),
    );
    fits.sort((a, b) => Date.parse(b.resolvedAt ?? b.since) - Date.parse(a.resolvedAt ?? a.since));
    return { alerts: fits.slice(skip, skip + limit), total: fits.length };
  }

  put(id: string | null, request: AlertRuleRequest): AlertRuleView {
    judge(request);
    const old = id === null ? undefined : this.#rule(id);
    const rule: AlertRuleView = {
      ...request,
      id: old?.id ?? crypto.randomUUID(),
      builtIn: old?.builtIn ?? false,
      changedBy: "local",
      changedAt: new Date().toISOString(),
    };
    this.#made.add(rule.id);
    this.rules = old ? this.rules.map((one) => (one.id === rule.id ? rule : one)) : [...this.rules, rule];
    this.look();
    return rule;
  }

  remove(id: string): void {
    const rule = this.#rule(id);
    const first = DEFAULTS[Number(id.at(-1)) - 1];
    if (rule.builtIn && first) {
      const [name, condition, forSeconds, severity] = first;
      Object.assign(rule, {
        name,
        condition,
        forSeconds,
        severity,
        nodes: "*",
        enabled: true,
        changedBy: null,
        changedAt: null,
      });
    } else this.rules = this.rules.filter((one) => one.id !== id);
    this.look();
  }

  preview(request: AlertRuleRequest): AlertPreview {
    judge(request);
    const nodes = this.#swarm.nodes().filter((node) => this.#swarm.meant(request.nodes, node));
    const met = nodes.filter((node) => this.#met(node, request.condition)).map(({ ordinal }) => ordinal);
    return { ordinals: met, count: met.length, of: nodes.length };
  }

  own(aim: AlertAim, owner: string | null): void {
    const who = owner ?? "local";
    this.#each(aim, (deeds, alert) => {
      deeds.owner = who === "" ? null : who;
      alert.history.push(told(who === "" ? "released" : "owned", "local", who || null));
    });
  }

  acknowledge(aim: AlertAim): void {
    this.#each(aim, (deeds, alert) => {
      Object.assign(deeds, { seen: "local", seenAt: new Date().toISOString() });
      alert.history.push(told("acknowledged", "local"));
    });
  }

  note(aim: AlertAim, text: string): void {
    this.#each(aim, (deeds, alert) => {
      deeds.note = text === "" ? null : text;
      alert.history.push(told("noted", "local", text));
    });
  }

  mute(aim: AlertAim, until: string | null, reason: string): void {
    if (until !== null && !(Date.parse(until) > Date.now()))
      throw refusal("invalid", "until must be in the next 365 days");
    if (aim.cause !== null || aim.rule !== null) {
      const key = aim.cause ?? `rule ${aim.rule}`;
      if (until === null) this.#muted.delete(key);
      else this.#muted.set(key, until);
      this.look();
      return;
    }
    this.#each(aim, (deeds, alert) => {
      deeds.mutedUntil = until;
      alert.history.push(told(until === null ? "unmuted" : "muted", "local", reason || null));
    });
  }

  #each(aim: AlertAim, act: (deeds: Deeds, alert: AlertView) => void): void {
    const alerts = [...this.#alerts.values()].filter(
      (alert) =>
        alert.id === aim.alert || (aim.cause !== null && alert.cause === aim.cause && alert.state === "firing"),
    );
    if (alerts.length === 0) throw refusal("unknown_cause", "no alert fires for this cause any more");
    for (const alert of alerts) {
      const deeds = this.#deeds.get(alert.id) ?? { ...NOTHING };
      this.#deeds.set(alert.id, deeds);
      act(deeds, alert);
    }
    this.look();
  }

  /** What fires now, with the alert of each. */
  #found(): Found[] {
    const found: Found[] = [];
    for (const rule of this.rules.filter(({ enabled }) => enabled)) {
      for (const node of this.#swarm.nodes())
        if (this.#fires(node, rule))
          found.push({ rule, node, ordinals: [node.ordinal], alert: this.#alertOf(rule, node) });
      if (rule.condition.kind !== "job_failed") continue;
      for (const job of this.#swarm.jobs().filter(({ state }) => state === "failed"))
        if (Date.now() - Date.parse(job.finishedAt ?? "") < 24 * 3_600_000)
          found.push({ rule, node: null, ordinals: this.#swarm.failed(job), alert: this.#alertOf(rule, null, job) });
    }
    return found.filter(({ alert }) => !(alert.subject.kind === "job" && this.#deeds.get(alert.id)?.seen));
  }

  /** What troubles a simulated node says which rule it meets; loads count for rules that were made here and now. */
  #fires(node: NodeView, rule: AlertRuleView): boolean {
    const { kind } = rule.condition;
    if (node.state === "online" && node.degraded === rule.name) return true;
    const measured = kind === "cpu" || kind === "memory" || kind === "latency";
    return (
      (!measured || this.#made.has(rule.id)) && this.#met(node, rule.condition) && this.#swarm.meant(rule.nodes, node)
    );
  }

  #met(node: NodeView, { kind, above }: ConditionView): boolean {
    switch (kind) {
      case "offline":
        return node.state === "offline" && node.trust.standing === "accepted";
      case "cpu":
        return node.state === "online" && node.cpu * 100 > (above ?? 100);
      case "memory":
        return node.state === "online" && node.memory * 100 > (above ?? 100);
      case "latency":
        return node.state === "online" && (node.latencyMs ?? 0) > (above ?? 0);
      case "degraded":
        return node.state === "suspect";
      case "held":
        return node.trust.standing === "held";
      default:
        return false;
    }
  }

  #alertOf(rule: AlertRuleView, node: NodeView | null, job?: JobView): AlertView {
    const name = node?.name ?? (job?.label || `${job?.skill}.${job?.method}`);
    const subject = { kind: node ? "node" : "job", id: node?.id ?? job?.id ?? "", name } as const;
    const id = hashOf(`${rule.id} ${subject.id}`).slice(0, 32);
    const key = `${id} since`;
    const since = this.#since.get(key) ?? begun(node, job, id);
    this.#since.set(key, since);
    const known = this.#alerts.get(id);
    const deeds = this.#deeds.get(id) ?? NOTHING;
    const state = {
      ...deeds,
      acknowledgedBy: deeds.seen,
      acknowledgedAt: deeds.seenAt,
      rule: rule.name,
      severity: rule.severity,
      condition: rule.condition,
    };
    if (known?.state === "firing") return Object.assign(known, state);
    const value = rule.condition.kind === "cpu" ? Math.round((node?.cpu ?? 0) * 100) : null;
    const alert: AlertView = {
      id,
      ruleId: rule.id,
      subject,
      ordinal: node?.ordinal ?? null,
      state: "firing",
      cause: null,
      since: known ? new Date().toISOString() : since,
      resolvedAt: null,
      fired: (known?.fired ?? 0) + 1,
      value,
      detail: job?.reason ?? null,
      common: null,
      history: [...(known?.history ?? []), { ...told("fired"), at: known ? new Date().toISOString() : since }],
      ...state,
    };
    this.#alerts.set(id, alert);
    return alert;
  }

  #mutedUntil(alert: AlertView): string | null {
    const until = [alert.mutedUntil, this.#muted.get(alert.cause ?? ""), this.#muted.get(`rule ${alert.ruleId}`)];
    return until.find((one) => one !== undefined && one !== null && Date.parse(one) > Date.now()) ?? null;
  }

  #with(cause: CauseView & { members: AlertView[] }): CauseView {
    const { members, ...view } = cause;
    for (const alert of members) alert.cause = view.key;
    const each = members.map((alert) => this.#mutedUntil(alert));
    const owner = members[0]?.owner ?? null;
    return {
      ...view,
      owner: members.every((alert) => alert.owner === owner) ? owner : null,
      acknowledged: members.every((alert) => alert.acknowledgedBy !== null),
      mutedUntil: each.every((until) => until !== null) ? (each[0] ?? null) : null,
    };
  }

  #rule(id: string): AlertRuleView {
    const rule = this.rules.find((one) => one.id === id);
    if (!rule) throw refusal("unknown_rule", `alert rule ${id} does not exist`);
    return rule;
  }
}

/** Plausible, and the same for the same alert. */
function begun(node: NodeView | null, job: JobView | undefined, id: string): string {
  if (job) return job.finishedAt ?? job.submittedAt;
  if (node?.state === "offline") return node.lastSeen;
  return new Date(START - (3 + (Number.parseInt(id.slice(0, 4), 16) % 220)) * 60_000).toISOString();
}

function told(what: AlertEventView["what"], by: string | null = null, text: string | null = null): AlertEventView {
  return { at: new Date().toISOString(), what, by, text };
}

function none(): AlertBoardView["counts"] {
  return { firing: 0, critical: 0, warning: 0, info: 0, muted: 0, acknowledged: 0 };
}

function rank({ severity }: CauseView): number {
  return { critical: 2, warning: 1, info: 0 }[severity];
}
