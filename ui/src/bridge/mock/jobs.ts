/**
 * Jobs as the simulated host runs them: a frozen list, waves with a gate, a limit at once, an end after so many
 * failures, waiting for nodes that are away, and the stop of everything.
 * Not here: single executions (executions.ts), what they wrote as groups (outputs.ts), what was before (past.ts).
 */
import type {
  BridgeError,
  ExecutionView,
  FeedEvent,
  JobAnswer,
  JobRequest,
  JobView,
  NodeView,
  OutputGroupView,
  RerunRequest,
  SearchView,
  StopView,
  TargetPage,
  TargetState,
  TargetView,
} from "../types";
import { ALL_METHODS } from "./containers";
import { refusal, type SimulatedExecutions, summaryOf } from "./executions";
import { groupsOf, searched } from "./outputs";

const LIVE: ReadonlySet<TargetState> = new Set(["queued", "waiting", "dispatched", "running", "stopping"]);
const AT_ONCE = 50;

export type SimulatedJob = {
  view: JobView;
  request: JobRequest;
  targets: TargetView[];
  /** What it will have been once all that runs has ended. */
  ending: "cancelled" | "failed" | null;
};
type Host = {
  executions: SimulatedExecutions;
  node(id: string): NodeView | undefined;
  emit(event: FeedEvent): void;
};

export class SimulatedJobs {
  readonly all = new Map<string, SimulatedJob>();
  stop: StopView | null = null;
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  views(): JobView[] {
    return [...this.all.values()].map(({ view }) => view).reverse();
  }

  view(id: string): JobView {
    return this.#need(id).view;
  }

  /** Takes a job whose targets are chosen already. */
  submit(request: JobRequest, nodes: readonly NodeView[], given: Partial<JobView>): JobAnswer {
    const known = this.all.get(request.id);
    if (known) return { kind: "accepted", job: structuredClone(known.view), duplicate: true };
    const reachable = nodes.filter((node) => node.state !== "offline");
    const chosen = request.any === null ? nodes : reachable.slice(0, request.any);
    const job: SimulatedJob = {
      view: viewOf(request, chosen.length, given),
      request,
      targets: chosen.map(targetOf),
      ending: null,
    };
    this.all.set(request.id, job);
    for (const [i, node] of chosen.entries())
      if (node.state === "offline")
        (job.targets[i] as TargetView).state = request.offline === "wait" ? "waiting" : "skipped";
    this.#step(job);
    return { kind: "accepted", job: structuredClone(job.view), duplicate: false };
  }

  control(id: string, action: "pause" | "resume" | "cancel"): void {
    const job = this.#need(id);
    const { view } = job;
    if (view.finishedAt !== null) throw refusal("over", `The job is over: ${view.state}.`);
    if (action === "pause") Object.assign(view, { state: "paused", reason: "Paused by local." });
    else if (action === "resume") {
      if (view.wave && view.gate !== null) view.wave.current = view.gate + 1;
      Object.assign(view, { state: "running", reason: null, gate: null });
    } else this.#end(job, "cancelled", "Cancelled by local.");
    this.#step(job);
  }

  rerun({ id, newId, only, confirmCount }: RerunRequest): JobAnswer {
    const job = this.#need(id);
    const wanted = job.targets.filter(({ state }) => only.includes(state));
    const nodes = wanted.map(({ nodeId }) => this.#host.node(nodeId)).filter((node) => node !== undefined);
    if (nodes.length === 0) throw refusal("no_targets", "None of its targets ended so.");
    if (job.view.effect === "destroy" && nodes.length > 1 && confirmCount !== nodes.length)
      return { kind: "count", count: nodes.length };
    const request = { ...job.request, id: newId, target: null, nodeIds: nodes.map((node) => node.id) };
    const name = job.view.label || `${job.view.skill}.${job.view.method}`;
    return this.submit(request, nodes, { origin: { kind: "rerun", id, name }, target: "" });
  }

  targets(id: string, states: readonly TargetState[], after: number, limit: number): TargetPage {
    const { targets } = this.#need(id);
    const fits = targets.filter(
      ({ index, state }) => index >= after && (states.length === 0 || states.includes(state)),
    );
    return { targets: structuredClone(fits.slice(0, limit)), next: fits[limit]?.index ?? null };
  }

  groups(id: string): OutputGroupView[] {
    return groupsOf(this.#written(id));
  }

  search(id: string, text: string, limit: number): SearchView {
    return searched(this.#written(id), text, limit);
  }

  /** An execution moved on. */
  moved(execution: ExecutionView): void {
    this.#advance(execution);
    if (this.stop?.held) this.#recount();
  }

  #advance(execution: ExecutionView): void {
    const job = execution.jobId === null ? undefined : this.all.get(execution.jobId);
    const target = job?.targets[execution.targetIndex ?? -1];
    if (!job || !target) return;
    const { state, error, exitCode, durationMs, outputBytes, finishedAt } = execution;
    const ended = state === "unknown" ? new Date().toISOString() : finishedAt;
    Object.assign(target, { state, error, exitCode, durationMs, outputBytes, finishedAt: ended });
    this.#step(job);
  }

  /** A node is there again: what waits for it goes on. */
  returned(node: NodeView): void {
    for (const job of this.all.values())
      for (const target of job.targets)
        if (target.nodeId === node.id && target.state === "waiting") {
          target.state = "queued";
          this.#step(job);
        }
  }

  hold(reason: string): StopView {
    this.stop = {
      held: true,
      by: "local",
      since: new Date().toISOString(),
      reason,
      stopping: 0,
      proved: 0,
      unknown: 0,
      neverSent: 0,
      cannot: 0,
    };
    this.#stopped = this.#host.executions.stopAll(null);
    for (const job of this.all.values()) if (job.view.finishedAt === null) this.#tell(job);
    this.#recount();
    return this.stop;
  }

  release(): void {
    if (!this.stop?.held) throw refusal("not_held", "Nothing is held.");
    this.stop = { ...this.stop, held: false };
    this.#host.emit({ kind: "stop", stop: this.stop });
    for (const job of this.all.values()) this.#step(job);
  }

  #stopped: readonly string[] = [];

  #recount(): void {
    if (!this.stop) return;
    const states = this.#stopped.map((id) => this.#host.executions.view(id)?.state);
    const waiting = [...this.all.values()]
      .filter(({ view }) => view.finishedAt === null)
      .reduce((sum, { view }) => sum + view.counts.queued + view.counts.waiting, 0);
    this.stop = {
      ...this.stop,
      stopping: states.filter((state) => state === "stopping").length,
      unknown: states.filter((state) => state === "unknown").length,
      proved: states.filter((state) => state !== "stopping" && state !== "unknown").length,
      neverSent: waiting,
    };
    this.#host.emit({ kind: "stop", stop: this.stop });
  }

  #written(id: string): { target: TargetView; text: string }[] {
    return this.#need(id).targets.map((target) => ({
      target,
      text: target.executionId === null ? "" : this.#host.executions.text(target.executionId),
    }));
  }

  /** Sends what may be sent now, ends a wave or the job when it is done. */
  #step(job: SimulatedJob): void {
    const { view, targets, request } = job;
    const failures = targets.filter(({ state }) => state === "failed" || state === "timed_out").length;
    const most = request.stopAfter?.failures ?? null;
    if (view.state === "running" && most !== null && failures >= most && targets.some(({ state }) => LIVE.has(state)))
      this.#end(job, "failed", `Stopped after ${failures} failures.`);
    const end = view.wave?.ends[view.wave.current - 1] ?? targets.length;
    if (view.state === "running" && !this.stop?.held) this.#send(job, end);
    if (targets.every(({ state }) => !LIVE.has(state))) this.#finish(job);
    else if (view.state === "running" && view.wave && this.#done(job, end)) {
      if (request.waves?.gate === "ask") {
        const { current, of } = view.wave;
        Object.assign(view, { state: "paused", gate: current, reason: `Wave ${current} of ${of} is done.` });
      } else {
        view.wave.current += 1;
        this.#step(job);
        return;
      }
    }
    this.#tell(job);
  }

  #send(job: SimulatedJob, end: number): void {
    const { request, targets } = job;
    const limit = request.concurrency > 0 ? request.concurrency : AT_ONCE;
    let under = targets.filter(({ state }) => ["dispatched", "running", "stopping"].includes(state)).length;
    for (const target of targets.slice(0, end)) {
      if (target.state !== "queued" || under >= limit) continue;
      under += 1;
      target.attempts += 1;
      target.executionId = crypto.randomUUID();
      target.state = "dispatched";
      const { skill, method, parameters, timeoutSeconds } = request;
      const part = { jobId: request.id, targetIndex: target.index, attempt: target.attempts };
      try {
        this.#host.executions.start(
          { id: target.executionId, nodeId: target.nodeId, skill, method, parameters, timeoutSeconds, approval: null },
          part,
        );
      } catch (reason) {
        const at = new Date().toISOString();
        Object.assign(target, { state: "refused", error: (reason as BridgeError).message, finishedAt: at });
      }
    }
  }

  /** Nothing more is sent, what runs is asked to end. */
  #end(job: SimulatedJob, state: "cancelled" | "failed", reason: string): void {
    Object.assign(job.view, { state: "stopping", reason, gate: null });
    job.ending = state;
    for (const target of job.targets) {
      if (target.state === "queued" || target.state === "waiting") target.state = "cancelled";
      else if (LIVE.has(target.state) && target.executionId) this.#host.executions.cancel(target.executionId);
    }
  }

  #finish(job: SimulatedJob): void {
    const { view, targets } = job;
    if (view.finishedAt !== null) return;
    const bad = targets.some(({ state }) => !["succeeded", "skipped", "cancelled"].includes(state));
    Object.assign(view, { state: job.ending ?? (bad ? "failed" : "succeeded"), finishedAt: new Date().toISOString() });
  }

  #done(job: SimulatedJob, end: number): boolean {
    return job.targets.slice(0, end).every(({ state }) => !LIVE.has(state));
  }

  #tell(job: SimulatedJob): void {
    job.view.counts = countsOf(job.targets);
    job.view.held = this.stop?.held === true && job.view.finishedAt === null;
    this.#host.emit({ kind: "job", job: job.view });
  }

  #need(id: string): SimulatedJob {
    const job = this.all.get(id);
    if (!job) throw refusal("unknown_job", "There is no such job.");
    return job;
  }
}

export function countsOf(targets: readonly TargetView[]): JobView["counts"] {
  const counts = {
    queued: 0,
    waiting: 0,
    dispatched: 0,
    running: 0,
    stopping: 0,
    succeeded: 0,
    failed: 0,
    timed_out: 0,
    cancelled: 0,
    unknown: 0,
    expired: 0,
    refused: 0,
    skipped: 0,
  };
  for (const { state } of targets) counts[state] += 1;
  return counts;
}

export function viewOf(request: JobRequest, total: number, given: Partial<JobView>): JobView {
  const { waves } = request;
  const steps = waves === null ? [] : [Math.min(waves.canary, total)];
  for (const percent of waves?.steps ?? []) steps.push(Math.ceil((total * percent) / 100));
  const ends = [...new Set([...steps.filter((end) => end > 0 && end < total), total])].sort((a, b) => a - b);
  const now = Date.now();
  return {
    id: request.id,
    label: request.label,
    state: "running",
    reason: null,
    asker: { id: "local", name: "local", kind: "local" },
    origin: null,
    skill: request.skill,
    method: request.method,
    summary: summaryOf(request),
    effect: ALL_METHODS.find((m) => m.skill === request.skill && m.method === request.method)?.effect ?? null,
    target: request.target ?? "",
    targetsSha256: request.targetsSha256 ?? "",
    total,
    any: request.any,
    counts: countsOf([]),
    wave: waves === null ? null : { current: 1, of: ends.length, ends },
    gate: null,
    held: false,
    priority: request.priority,
    concurrency: request.concurrency,
    offline: request.offline,
    retryLimit: request.retry?.limit ?? 0,
    submittedAt: new Date(now).toISOString(),
    finishedAt: null,
    expiresAt: new Date(now + request.expiresInSeconds * 1000).toISOString(),
    ...given,
  };
}

export function targetOf(node: NodeView, index: number): TargetView {
  return {
    index,
    nodeId: node.id,
    nodeName: node.name,
    state: "queued",
    wave: 1,
    attempts: 0,
    executionId: null,
    error: null,
    exitCode: null,
    durationMs: null,
    outputBytes: 0,
    fromCache: false,
    nextTryAt: null,
    finishedAt: null,
  };
}
