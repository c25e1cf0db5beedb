/**
 * What the operator can ask the host for. Every refusal ends up where it belongs: in the execution's own row, or as
 * a toast. Accepted is not finished: the feed tells the rest.
 * Not here: forms and their validation (features/execute).
 */
import type { ExecutionView, JsonValue } from "../bridge/types";
import type { Console } from "./console";
import { isLive } from "./executions";
import { problemText } from "./problem";
import { Status } from "./status";

/** `summary` says in one line what is run; it never holds a secret. */
export type Call = {
  skill: string;
  method: string;
  parameters: JsonValue;
  timeoutSeconds: number;
  summary: string;
};

/** At most this many requests of one job wait for the host's "accepted" at the same time. */
const IN_FLIGHT = 32;

/** Runs a call on one node. The row exists at once, under the returned id; a refusal is told in that row. */
export function run(console: Console, ordinal: number, call: Call): string {
  const id = crypto.randomUUID();
  enter(console, id, ordinal, call);
  console.executions.commit();
  void submit(console, id, ordinal, call);
  return id;
}

/** Runs a call on many nodes as one job: the list is frozen now, offline nodes are left out. Returns the job's key. */
export function runOnMany(console: Console, ordinals: Iterable<number>, call: Call, where: string): string {
  const targets = reachable(console, ordinals);
  const key = crypto.randomUUID();
  const ids = targets.map(() => crypto.randomUUID());
  for (const [i, ordinal] of targets.entries()) enter(console, ids[i] as string, ordinal, call);
  console.jobs.getState().add({
    key,
    title: `${call.skill}.${call.method}`,
    summary: call.summary,
    where,
    startedAt: Date.now(),
    executions: ids,
  });
  console.executions.commit();
  let next = 0;
  const worker = async () => {
    while (next < targets.length) {
      const i = next++;
      await submit(console, ids[i] as string, targets[i] as number, call);
    }
  };
  for (let i = 0; i < Math.min(IN_FLIGHT, targets.length); i++) void worker();
  return key;
}

export function reachable(console: Console, ordinals: Iterable<number>): number[] {
  const { fleet } = console;
  return [...ordinals]
    .filter((o) => fleet.status[o] !== Status.Offline && fleet.status[o] !== Status.Absent)
    .sort((a, b) => a - b);
}

/** Asks for an end. "Cancelled" is only said by the feed, once the node proved it. */
export async function stop(console: Console, id: string): Promise<void> {
  const execution = console.executions.get(id);
  if (!execution || !isLive(execution.view.state)) return;
  try {
    await console.bridge.cancel(id);
  } catch (reason) {
    console.news.toast(
      `Could not stop ${execution.view.skill}.${execution.view.method} on ${execution.view.nodeName}: ${problemText(reason)}`,
      "problem",
    );
  }
}

/** Fetches output that this window did not see from its start. */
export async function fetchOutput(console: Console, id: string): Promise<void> {
  const { executions } = console;
  const execution = executions.get(id);
  if (!execution) return;
  const complete = !execution.output.headMissing && (execution.output.lastSeq >= 0 || execution.view.outputBytes === 0);
  if (complete || !executions.beginFetch(id)) return;
  try {
    executions.endFetch(id, await console.bridge.output(id));
  } catch (reason) {
    executions.endFetch(id, null);
    console.news.toast(`Could not read the earlier output: ${problemText(reason)}`, "problem");
  }
  executions.commit();
}

function enter(console: Console, id: string, ordinal: number, call: Call): void {
  const node = console.fleet.node(ordinal);
  const view: ExecutionView = {
    id,
    nodeId: node?.id ?? "",
    nodeName: node?.name ?? "",
    ordinal,
    skill: call.skill,
    method: call.method,
    summary: call.summary,
    state: "queued",
    exitCode: null,
    signal: null,
    error: null,
    submittedAt: new Date().toISOString(),
    finishedAt: null,
    durationMs: null,
    outputBytes: 0,
    result: null,
  };
  console.executions.apply(view);
}

async function submit(console: Console, id: string, ordinal: number, call: Call): Promise<void> {
  const node = console.fleet.node(ordinal);
  try {
    if (!node) throw { code: "node_unknown", message: "This node is not known any more." };
    const { skill, method, parameters, timeoutSeconds } = call;
    await console.bridge.execute({ id, nodeId: node.id, skill, method, parameters, timeoutSeconds });
  } catch (reason) {
    const view = console.executions.get(id)?.view;
    if (!view || !isLive(view.state)) return;
    console.executions.apply({
      ...view,
      state: "refused",
      error: problemText(reason),
      finishedAt: new Date().toISOString(),
    });
    console.executions.commit();
  }
}

/** The short human form of parameters: a command itself, otherwise the values. */
export function summarise(parameters: JsonValue): string {
  if (parameters === null || typeof parameters !== "object" || Array.isArray(parameters)) return "";
  const { command, path } = parameters;
  if (typeof command === "string") return command.slice(0, 200);
  if (typeof path === "string") return path.slice(0, 200);
  const text = JSON.stringify(parameters);
  return text === "{}" ? "" : text.slice(0, 200);
}
