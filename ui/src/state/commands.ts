/**
 * What the operator can ask the host for. Every refusal ends up where it belongs: in the execution's own row, or as
 * a toast. Accepted is not finished: the feed tells the rest.
 * Not here: jobs, which are the same call on many nodes (jobCommands.ts), forms and their validation (features/execute).
 */
import type { ExecuteAnswer, ExecutionView, JsonValue } from "../bridge/types";
import { t } from "../i18n";
import type { Ask } from "./approvals";
import type { Console } from "./console";
import { isLive } from "./executions";
import { sendApproved } from "./jobCommands";
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

/** Runs a call on one node. The row exists at once, under the returned id; a refusal is told in that row. */
export function run(console: Console, ordinal: number, call: Call, approval: string | null = null): string {
  const id = crypto.randomUUID();
  enter(console, id, ordinal, call);
  console.executions.commit();
  const nodeId = console.fleet.node(ordinal)?.id ?? "";
  const { summary, ...asked } = call;
  const ask = { approval: "", call, nodes: [nodeId], where: "", job: null };
  void submit(console, id, ask, () => console.bridge.execute({ id, nodeId, ...asked, approval }));
  return id;
}

/** What was asked for before, now that somebody else has said yes to it. */
export async function runApproved(console: Console, ask: Ask): Promise<void> {
  if (ask.job !== null) {
    const asked = await sendApproved(console, ask);
    if (asked.kind === "accepted") console.approvals.getState().forget(ask.approval);
    else if (asked.kind === "changed")
      console.news.toast(t("The yes was for other nodes than are meant by now. Nothing was run."), "problem");
    else if (asked.kind === "problem")
      console.news.toast(t("Nothing was run: {{problem}}", { problem: asked.text }), "problem");
    return;
  }
  const ordinal = console.fleet.ordinalOf(ask.nodes[0] ?? "");
  if (ordinal === undefined || reachable(console, [ordinal]).length === 0) {
    console.news.toast(t("The yes was for a node that cannot be reached now. Nothing was run."), "problem");
    return;
  }
  console.approvals.getState().forget(ask.approval);
  console.ui.getState().showExecution(ordinal, run(console, ordinal, ask.call, ask.approval));
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
      t("Could not stop {{skill}}.{{method}} on {{name}}: {{problem}}", {
        skill: execution.view.skill,
        method: execution.view.method,
        name: execution.view.nodeName,
        problem: problemText(reason),
      }),
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
    console.news.toast(
      t("Could not read the earlier output: {{problem}}", { problem: problemText(reason) }),
      "problem",
    );
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
    jobId: null,
    targetIndex: null,
    attempt: 1,
  };
  console.executions.apply(view);
}

/** Asks, and tells in its row what was refused. */
async function submit(console: Console, id: string, ask: Ask, send: () => Promise<ExecuteAnswer>): Promise<void> {
  try {
    if (ask.nodes.includes("")) throw { code: "node_unknown", message: t("This node is not known any more.") };
    const { approval, refused } = await send();
    for (const { id: which, message } of refused) refuse(console, which, message);
    if (approval === null) return;
    refuse(console, id, t("Needs a second yes. Nothing was run."));
    console.approvals.getState().ask({ ...ask, approval });
  } catch (reason) {
    refuse(console, id, problemText(reason));
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
