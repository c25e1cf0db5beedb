/**
 * Runs scripts on simulated nodes with real clocks: accepted, running, output in pieces, and an end that is only
 * told once the node proved it. A stop takes a moment, like TERM and its grace do.
 */
import type {
  BridgeError,
  ExecuteRequest,
  ExecutionState,
  ExecutionView,
  FeedEvent,
  NodeView,
  OutputView,
} from "../types";
import { type Script, scriptFor } from "./script";

const STOP_MS = 700;

type Running = {
  view: ExecutionView;
  chunks: OutputView[];
  timers: Set<ReturnType<typeof setTimeout>>;
  startedAt: number;
};
type Host = {
  node(id: string): NodeView | undefined;
  emit(event: FeedEvent): void;
  lose(node: NodeView): void;
  tasksChanged(node: NodeView): void;
  /** An execution moved on. */
  moved(view: ExecutionView): void;
};
type Part = Pick<ExecutionView, "jobId" | "targetIndex" | "attempt">;
const ALONE: Part = { jobId: null, targetIndex: null, attempt: 1 };

export class SimulatedExecutions {
  #all = new Map<string, Running>();
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  views(): ExecutionView[] {
    return [...this.#all.values()].map((running) => ({ ...running.view }));
  }

  view(id: string): ExecutionView | undefined {
    return this.#all.get(id)?.view;
  }

  output(id: string): OutputView[] {
    return [...this.#need(id).chunks];
  }

  text(id: string): string {
    return (this.#all.get(id)?.chunks ?? []).map(({ text }) => text).join("");
  }

  /** One from before, with what it wrote. */
  remember(view: ExecutionView, text: string): void {
    const chunk = { executionId: view.id, seq: 0, stream: "stdout" as const, text, atMs: 120 };
    const chunks = text === "" ? [] : [chunk];
    this.#all.set(view.id, { view, chunks, timers: new Set(), startedAt: performance.now() });
  }

  start(request: ExecuteRequest, part: Part = ALONE): void {
    if (this.#all.has(request.id)) throw refusal("duplicate_execution", "This execution was already asked for.");
    const node = this.#host.node(request.nodeId);
    if (!node) throw refusal("node_unknown", "The Nexus knows no such node.");
    if (node.state === "offline") throw refusal("node_offline", `${node.name} is offline. Nothing was sent.`);
    const view: ExecutionView = {
      id: request.id,
      nodeId: node.id,
      nodeName: node.name,
      ordinal: node.ordinal,
      skill: request.skill,
      method: request.method,
      summary: summaryOf(request),
      state: "dispatched",
      exitCode: null,
      signal: null,
      error: null,
      submittedAt: new Date().toISOString(),
      finishedAt: null,
      durationMs: null,
      outputBytes: 0,
      result: null,
      ...part,
    };
    const running: Running = { view, chunks: [], timers: new Set(), startedAt: performance.now() };
    this.#all.set(request.id, running);
    this.#tell(running, {});
    this.#after(running, 40, () => {
      node.activeTasks += 1;
      this.#host.tasksChanged(node);
      this.#tell(running, { state: "running" });
      const script = scriptFor(request, node.name);
      this.#play(running, node, script, script.steps[Symbol.iterator]());
      this.#after(running, request.timeoutSeconds * 1000, () =>
        this.#finish(running, node, "timed_out", {
          error: `No end within ${request.timeoutSeconds} s; the node stopped it.`,
        }),
      );
    });
  }

  cancel(id: string): void {
    const running = this.#need(id);
    if (!["dispatched", "running"].includes(running.view.state)) return;
    const node = this.#host.node(running.view.nodeId) as NodeView;
    this.#clear(running);
    this.#tell(running, { state: "stopping" });
    this.#after(running, STOP_MS, () => this.#finish(running, node, "cancelled", { signal: "TERM" }));
  }

  /** Asks everything under way for an end, on one node or everywhere; answers what that is. */
  stopAll(nodeId: string | null): string[] {
    const live = [...this.#all.values()].filter(
      ({ view }) => view.finishedAt === null && view.state !== "unknown" && (nodeId ?? view.nodeId) === view.nodeId,
    );
    for (const { view } of live) this.cancel(view.id);
    return live.map(({ view }) => view.id);
  }

  /** The session of a node is gone: nobody can prove how its executions ended. */
  orphan(node: NodeView): void {
    for (const running of this.#all.values()) {
      if (running.view.nodeId !== node.id || running.view.finishedAt !== null || running.view.state === "unknown")
        continue;
      this.#clear(running);
      this.#tell(running, { state: "unknown", error: "The node left before it could say how this ended." });
    }
  }

  #play(
    running: Running,
    node: NodeView,
    script: Script,
    steps: Iterator<{ afterMs: number; stream: OutputView["stream"]; text: string }>,
  ): void {
    const next = steps.next();
    if (next.done) {
      if (script.end === "lost") this.#host.lose(node);
      else if (script.end !== "hang")
        this.#after(running, 30, () =>
          this.#finish(running, node, (script.end as { state: ExecutionState }).state, {
            ...(script.end as object),
            result: script.result,
          }),
        );
      return;
    }
    this.#after(running, next.value.afterMs, () => {
      this.#write(running, next.value.stream, next.value.text);
      this.#play(running, node, script, steps);
    });
  }

  #write(running: Running, stream: OutputView["stream"], text: string): void {
    if (text === "") return;
    const chunk: OutputView = {
      executionId: running.view.id,
      seq: running.chunks.length,
      stream,
      text,
      atMs: performance.now() - running.startedAt,
    };
    running.chunks.push(chunk);
    running.view.outputBytes += text.length;
    this.#host.emit({ kind: "output", chunks: [chunk] });
  }

  #finish(running: Running, node: NodeView, state: ExecutionState, rest: Partial<ExecutionView>): void {
    this.#clear(running);
    node.activeTasks = Math.max(0, node.activeTasks - 1);
    this.#host.tasksChanged(node);
    this.#tell(running, {
      ...rest,
      state,
      finishedAt: new Date().toISOString(),
      durationMs: Math.round(performance.now() - running.startedAt),
    });
  }

  #tell(running: Running, patch: Partial<ExecutionView>): void {
    Object.assign(running.view, patch);
    this.#host.emit({ kind: "execution", execution: { ...running.view } });
    this.#host.moved(running.view);
  }

  #after(running: Running, ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      running.timers.delete(timer);
      then();
    }, ms);
    running.timers.add(timer);
  }

  #clear(running: Running): void {
    for (const timer of running.timers) clearTimeout(timer);
    running.timers.clear();
  }

  #need(id: string): Running {
    const running = this.#all.get(id);
    if (!running) throw refusal("execution_unknown", "The Nexus knows no such execution.");
    return running;
  }
}

export function refusal(code: string, message: string): BridgeError {
  return { code, message };
}

export function summaryOf(request: Pick<ExecuteRequest, "parameters">): string {
  const p = request.parameters as { command?: string; path?: string } | null;
  return String(p?.command ?? p?.path ?? "").slice(0, 200);
}
