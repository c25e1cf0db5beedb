/**
 * Every execution this window knows, with its bounded output. A row exists from the moment of asking (the asker mints
 * the id); the feed then tells the truth about it. What is finished never becomes unfinished again; only
 * "unknown" may turn into anything, because a node that comes back may still prove what happened. Told once per batch (`commit`), like the fleet.
 * Not here: asking the host for anything (commands.ts), jobs that group executions (jobs.ts).
 */
import type { ExecutionState, ExecutionView, OutputView } from "../bridge/types";
import { t } from "../i18n";
import { OutputBuffer } from "./output";
import { plain } from "./text";

const MAX_EXECUTIONS = 20_000;
/** All outputs together; beyond it the oldest finished outputs are let go and fetched again when somebody looks. */
const MAX_OUTPUT_CHARS = 48_000_000;

const RUNNING: ReadonlySet<ExecutionState> = new Set(["queued", "dispatched", "running", "stopping"]);
const STATES: ReadonlySet<string> = new Set<ExecutionState>([
  "queued",
  "dispatched",
  "running",
  "stopping",
  "succeeded",
  "failed",
  "timed_out",
  "cancelled",
  "unknown",
  "expired",
  "refused",
]);
const ORDER: Partial<Record<ExecutionState, number>> = { queued: 0, dispatched: 1, running: 2, stopping: 3 };

export function isLive(state: ExecutionState): boolean {
  return RUNNING.has(state);
}

export type Execution = {
  view: ExecutionView;
  output: OutputBuffer;
  /** Older output is being fetched; live chunks wait here. */
  waiting: OutputView[] | null;
  /** When this window first heard of it, on the clock of performance.now(). */
  heardAt: number;
};

/** Whether the host has output of it that this window never saw. */
export function lacksOutput({ view, output }: Execution): boolean {
  return output.headMissing || (!isLive(view.state) && output.lastSeq < 0 && view.outputBytes > 0);
}

export type ExecutionDelta = { changed: Set<string>; output: Set<string>; membership: boolean };
type Listener = (delta: ExecutionDelta) => void;

export class Executions {
  /** Oldest first. */
  all = new Map<string, Execution>();
  /** Counts changes of states and membership. */
  version = 0;
  /** Counts arrivals of output. */
  outputVersion = 0;
  #byOrdinal = new Map<number, string[]>();
  /** Ids by job, in the order in which they were heard of. */
  #byJob = new Map<string, Set<string>>();
  #live = new Set<string>();
  /** Owned by another instance, so that no events come of them. */
  #far = new Set<string>();
  #outputChars = 0;
  #delta: ExecutionDelta = { changed: new Set(), output: new Set(), membership: false };
  #listeners = new Set<Listener>();

  get(id: string): Execution | undefined {
    return this.all.get(id);
  }

  get live(): ReadonlySet<string> {
    return this.#live;
  }

  /** Newest first. */
  ofNode(ordinal: number): Execution[] {
    const ids = this.#byOrdinal.get(ordinal) ?? [];
    return ids
      .map((id) => this.all.get(id))
      .filter((e) => e !== undefined)
      .reverse();
  }

  /** What this window knows of a job: attempts that are over may have been let go. */
  ofJob(job: string): Execution[] {
    return [...(this.#byJob.get(job) ?? [])].map((id) => this.all.get(id)).filter((e) => e !== undefined);
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  applySnapshot(views: readonly ExecutionView[]): void {
    // What was under way may have written, and even ended, while nobody listened.
    for (const id of this.#live) {
      const output = this.all.get(id)?.output;
      if (output && output.lastSeq >= 0) output.headMissing = true;
    }
    const listed = new Set(views.map((view) => view?.id));
    for (const [id, execution] of this.all) {
      if (listed.has(id) || !isLive(execution.view.state)) continue;
      this.#set(execution, {
        ...execution.view,
        state: "unknown",
        error: t("The Nexus does not know this execution any more."),
      });
    }
    for (const view of [...views].sort((a, b) => compare(a?.submittedAt, b?.submittedAt))) this.apply(view, true);
  }

  apply(raw: ExecutionView, authoritative = false): void {
    if (!raw || typeof raw.id !== "string" || raw.id === "" || !STATES.has(raw.state)) return;
    const view = {
      ...raw,
      summary: plain(raw.summary, 200),
      nodeName: plain(raw.nodeName, 120),
      error: raw.error === null ? null : plain(raw.error, 2000),
      jobId: raw.jobId ?? null,
    };
    const known = this.all.get(view.id);
    if (!known) {
      this.#add(view);
      return;
    }
    if (!authoritative && !mayFollow(known.view.state, view.state)) return;
    this.#set(known, view);
  }

  /** What another instance tells of its own. What is known from here stays as it is, unless nobody here knows how it ended. */
  applyFar(views: readonly ExecutionView[]): void {
    for (const view of views) {
      const known = this.all.get(view?.id);
      if (known && !this.#far.has(view.id) && known.view.state !== "unknown") continue;
      if (known && JSON.stringify(known.view) === JSON.stringify(view)) continue;
      this.#far.add(view.id);
      this.apply(view, true);
    }
  }

  isFar(id: string): boolean {
    return this.#far.has(id);
  }

  /** Nobody asks for them any more: what was under way would look so for ever. */
  leaveFar(): void {
    for (const id of this.#far) {
      const execution = this.all.get(id);
      if (!execution || !this.#live.has(id)) continue;
      this.#live.delete(id);
      this.#forget(execution);
      this.#delta.membership = true;
    }
    this.#far.clear();
  }

  appendOutput(chunks: readonly OutputView[]): void {
    for (const chunk of chunks) {
      const execution = this.all.get(chunk?.executionId);
      if (!execution) continue;
      if (execution.waiting) execution.waiting.push(chunk);
      else this.#take(execution, chunk);
    }
    if (this.#outputChars > MAX_OUTPUT_CHARS) this.#letGo();
  }

  /** From here on live chunks wait until the fetched ones are replayed. False when a fetch is already under way. */
  beginFetch(id: string): boolean {
    const execution = this.all.get(id);
    if (!execution || execution.waiting) return false;
    execution.waiting = [];
    return true;
  }

  /** Replays what the host kept, then what arrived meanwhile; without an answer only the latter. */
  endFetch(id: string, chunks: readonly OutputView[] | null): void {
    const execution = this.all.get(id);
    if (!execution?.waiting) return;
    const waiting = execution.waiting;
    execution.waiting = null;
    if (chunks && chunks.length > 0) {
      this.#outputChars -= execution.output.chars;
      execution.output.clear();
      for (const chunk of [...chunks].sort((a, b) => a.seq - b.seq)) this.#take(execution, chunk);
    }
    for (const chunk of waiting) this.#take(execution, chunk);
    this.#delta.output.add(id);
  }

  commit(): void {
    const delta = this.#delta;
    if (delta.changed.size === 0 && delta.output.size === 0 && !delta.membership) return;
    this.#delta = { changed: new Set(), output: new Set(), membership: false };
    if (delta.changed.size > 0 || delta.membership) this.version += 1;
    if (delta.output.size > 0) this.outputVersion += 1;
    for (const listener of [...this.#listeners]) listener(delta);
  }

  #add(view: ExecutionView): void {
    this.all.set(view.id, { view, output: new OutputBuffer(), waiting: null, heardAt: performance.now() });
    const list = this.#byOrdinal.get(view.ordinal);
    if (list) list.push(view.id);
    else this.#byOrdinal.set(view.ordinal, [view.id]);
    if (view.jobId) this.#byJob.set(view.jobId, (this.#byJob.get(view.jobId) ?? new Set()).add(view.id));
    if (isLive(view.state)) this.#live.add(view.id);
    this.#delta.membership = true;
    this.#delta.changed.add(view.id);
    if (this.all.size > MAX_EXECUTIONS) this.#forgetOldest();
  }

  #set(execution: Execution, view: ExecutionView): void {
    execution.view = view;
    if (isLive(view.state)) this.#live.add(view.id);
    else this.#live.delete(view.id);
    this.#delta.changed.add(view.id);
  }

  #take(execution: Execution, chunk: OutputView): void {
    const before = execution.output.chars;
    if (!execution.output.append(chunk)) return;
    this.#outputChars += execution.output.chars - before;
    this.#delta.output.add(execution.view.id);
  }

  #letGo(): void {
    for (const execution of this.all.values()) {
      if (this.#outputChars <= MAX_OUTPUT_CHARS * 0.75) return;
      if (isLive(execution.view.state)) continue;
      this.#outputChars -= execution.output.chars;
      execution.output.clear();
      execution.output.headMissing = true;
    }
  }

  #forgetOldest(): void {
    for (const execution of this.all.values()) {
      if (isLive(execution.view.state)) continue;
      this.#forget(execution);
      return;
    }
  }

  #forget({ view, output }: Execution): void {
    this.all.delete(view.id);
    this.#outputChars -= output.chars;
    const left = (this.#byOrdinal.get(view.ordinal) ?? []).filter((other) => other !== view.id);
    if (left.length > 0) this.#byOrdinal.set(view.ordinal, left);
    else this.#byOrdinal.delete(view.ordinal);
    const siblings = view.jobId ? this.#byJob.get(view.jobId) : undefined;
    siblings?.delete(view.id);
    if (siblings?.size === 0) this.#byJob.delete(view.jobId as string);
  }
}

/** Late and repeated events lose against what is already known. */
function mayFollow(known: ExecutionState, next: ExecutionState): boolean {
  if (known === "unknown") return true;
  if (!isLive(known)) return false;
  return !isLive(next) || (ORDER[next] ?? 0) >= (ORDER[known] ?? 0);
}

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
