/**
 * What the operator can ask the host for. Every refusal ends up where it belongs: in the execution's own row, or as
 * a toast. Accepted is not finished: the feed tells the rest.
 * Not here: forms and their validation (features/execute).
 */
import type { ExecuteAnswer, ExecutionView, JsonValue } from "../bridge/types";
import type { Ask } from "./approvals";
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

/** Nodes of one ask; the Nexus takes no more. */
const MOST_AT_ONCE = 1000;

/** Runs a call on one node. The row exists at once, under the returned id; a refusal is told in that row. */
export function run(console: Console, ordinal: number, call: Call, approval: string | null = null): string {
  const id = crypto.randomUUID();
  enter(console, id, ordinal, call);
  console.executions.commit();
  const nodeId = console.fleet.node(ordinal)?.id ?? "";
  const { summary, ...asked } = call;
  const ask = { approval: "", call, nodes: [nodeId], where: "" };
  void submit(console, [id], ask, () => console.bridge.execute({ id, nodeId, ...asked, approval }));
  return id;
}

/**
 * Runs a call on many nodes as one ask: the list is frozen now, offline nodes are left out, and the Nexus takes it for
 * all of them or for none. Returns the job's key.
 */
export function runOnMany(
  console: Console,
  ordinals: Iterable<number>,
  call: Call,
  where: string,
  approval: string | null = null,
): string {
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
  const nodes = targets.map((ordinal) => console.fleet.node(ordinal)?.id ?? "");
  const { summary, ...asked } = call;
  const asks: Promise<boolean>[] = [];
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    const some = { approval: "", call, nodes: nodes.slice(from, from + MOST_AT_ONCE), where };
    const own = ids.slice(from, from + MOST_AT_ONCE);
    const executions = own.map((id, i) => ({ id, nodeId: some.nodes[i] ?? "" }));
    asks.push(submit(console, own, some, () => console.bridge.executeMany({ executions, ...asked, approval })));
  }
  // A job of which nothing was begun is no job; the form says what it waits for.
  void Promise.all(asks).then((waits) => waits.every(Boolean) && dropJob(console, key));
  return key;
}

/** What was asked for before, now that somebody else has said yes to it. */
export function runApproved(console: Console, ask: Ask): void {
  const ordinals = ask.nodes.map((id) => console.fleet.ordinalOf(id)).filter((ordinal) => ordinal !== undefined);
  // The yes is for exactly these nodes, so it would be refused; it may do when they are back.
  if (reachable(console, ordinals).length < ask.nodes.length) {
    console.news.toast("The yes was for nodes that cannot all be reached now. Nothing was run.", "problem");
    return;
  }
  console.approvals.getState().forget(ask.approval);
  const [only] = ordinals;
  if (ask.nodes.length === 1 && only !== undefined)
    console.ui.getState().showExecution(only, run(console, only, ask.call, ask.approval));
  else console.ui.getState().set({ job: runOnMany(console, ordinals, ask.call, ask.where, ask.approval) });
}

function dropJob(console: Console, key: string): void {
  console.jobs.getState().remove(key);
  if (console.ui.getState().job === key) console.ui.getState().set({ job: null });
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

/** Asks, and tells in each row what was refused. True when it waits for a second yes. */
async function submit(
  console: Console,
  ids: readonly string[],
  ask: Ask,
  send: () => Promise<ExecuteAnswer>,
): Promise<boolean> {
  try {
    if (ask.nodes.includes("")) throw { code: "node_unknown", message: "This node is not known any more." };
    const { approval, refused } = await send();
    for (const { id, message } of refused) refuse(console, id, message);
    if (approval === null) return false;
    for (const id of ids)
      if (ids.length === 1) refuse(console, id, "Needs a second yes. Nothing was run.");
      else console.executions.retract(id);
    console.approvals.getState().ask({ ...ask, approval });
    return true;
  } catch (reason) {
    for (const id of ids) refuse(console, id, problemText(reason));
    return false;
  } finally {
    console.executions.commit();
  }
}

function refuse(console: Console, id: string, error: string): void {
  const view = console.executions.get(id)?.view;
  if (!view || !isLive(view.state)) return;
  console.executions.apply({ ...view, state: "refused", error, finishedAt: new Date().toISOString() });
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
