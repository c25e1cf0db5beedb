/**
 * What the operator can ask for about jobs and the stop of everything. What does not work is told in the form that
 * asked, or as a toast where there is none. Accepted is not finished: the feed tells the rest.
 * Not here: single executions (commands.ts), forms (features).
 */
import type { ExecutionView, JobAnswer, JobRequest, JobView, TargetState, TargetView } from "../bridge/types";
import { t } from "../i18n";
import type { Ask } from "./approvals";
import type { Call } from "./commands";
import type { Console } from "./console";
import { titleOf } from "./jobs";
import { problemText } from "./problem";

/** What a form has to say about its ask. */
export type Asked =
  | { kind: "accepted"; job: string }
  | { kind: "approval" }
  | { kind: "changed"; count: number }
  | { kind: "problem"; text: string };

/** Submits a job; `call` is the same ask in the words of the form, for the second yes that it may need. */
export function startJob(console: Console, request: JobRequest, call: Call): Promise<Asked> {
  const send = (approval: string | null) => console.bridge.submitJob({ ...request, approval });
  return asked(console, send, { call, nodes: request.nodeIds ?? [], where: request.target ?? "" });
}

/** The same again, on those targets of a job that ended so. */
export function rerun(
  console: Console,
  job: JobView,
  only: TargetState[],
  confirmCount: number | null,
): Promise<Asked> {
  const newId = crypto.randomUUID();
  const send = (approval: string | null) =>
    console.bridge.rerunJob({ id: job.id, newId, only, confirmCount, approval });
  const { skill, method, summary } = job;
  const call = { skill, method, summary, parameters: null, timeoutSeconds: 0 };
  return asked(console, send, { call, nodes: [], where: t("some nodes of {{job}}", { job: titleOf(job) }) });
}

/** Asks for it with the second yes that it waited for. */
export async function sendApproved(console: Console, ask: Ask): Promise<Asked> {
  try {
    if (ask.job === null) return { kind: "problem", text: t("This was no job.") };
    return told(console, await ask.job(ask.approval));
  } catch (reason) {
    return { kind: "problem", text: problemText(reason) };
  }
}

async function asked(
  console: Console,
  send: (approval: string | null) => Promise<JobAnswer>,
  words: Pick<Ask, "call" | "nodes" | "where">,
): Promise<Asked> {
  try {
    const answer = await send(null);
    if (answer.kind !== "approval") return told(console, answer);
    console.approvals.getState().ask({ ...words, approval: answer.approval, job: send });
    return { kind: "approval" };
  } catch (reason) {
    return { kind: "problem", text: problemText(reason) };
  }
}

export async function control(console: Console, id: string, action: "pause" | "resume" | "cancel"): Promise<void> {
  try {
    await console.bridge.controlJob(id, action);
  } catch (reason) {
    const job = console.jobs.getState().jobs.find((one) => one.id === id);
    console.news.toast(couldNot(action, job ? titleOf(job) : t("the job"), problemText(reason)), "problem");
  }
}

function couldNot(action: "pause" | "resume" | "cancel", job: string, problem: string): string {
  switch (action) {
    case "pause":
      return t("Could not pause {{job}}: {{problem}}", { job, problem });
    case "resume":
      return t("Could not resume {{job}}: {{problem}}", { job, problem });
    case "cancel":
      return t("Could not cancel {{job}}: {{problem}}", { job, problem });
  }
}

/** Resolves to why it did not work, or null. */
export async function stopEverything(console: Console, reason: string): Promise<string | null> {
  try {
    console.jobs.getState().beginStop(await console.bridge.fleetStop(reason));
    return null;
  } catch (problem) {
    return problemText(problem);
  }
}

export async function release(console: Console): Promise<void> {
  try {
    await console.bridge.releaseStop();
  } catch (reason) {
    console.news.toast(t("The stop could not be released: {{problem}}", { problem: problemText(reason) }), "problem");
  }
}

/** Resolves to what was done, in words. */
export async function stopNode(console: Console, nodeId: string): Promise<string> {
  try {
    const { stopping, proved, neverSent, cannot } = await console.bridge.nodeStop(nodeId);
    const parts = [
      t("{{n}} asked to end", { n: stopping + proved }),
      neverSent > 0 ? t("{{n}} never sent", { n: neverSent }) : "",
      cannot > 0 ? t("{{n}} cannot be stopped: the spore is too old", { n: cannot }) : "",
    ];
    return stopping + proved + neverSent + cannot === 0
      ? t("Nothing was running on it.")
      : `${parts.filter(Boolean).join(", ")}.`;
  } catch (reason) {
    return t("It could not be stopped: {{problem}}", { problem: problemText(reason) });
  }
}

/** Opens the node of a target with the output of its last attempt, which this window may never have heard of. */
export function openTarget(
  console: Console,
  jobId: string,
  target: Pick<TargetView, "nodeId" | "nodeName" | "executionId"> & Partial<TargetView>,
): void {
  const { fleet, executions, ui, jobs, news } = console;
  const ordinal = fleet.ordinalOf(target.nodeId);
  if (ordinal === undefined) {
    news.toast(t("{{name}} is not known any more.", { name: target.nodeName }), "problem");
    return;
  }
  const { executionId: id } = target;
  if (id === null) {
    ui.getState().openNode(ordinal, "execute");
    return;
  }
  const job = jobs.getState().jobs.find((one) => one.id === jobId);
  if (!executions.get(id) && job) {
    executions.apply(attemptOf(job, { ...target, executionId: id }, ordinal));
    executions.commit();
  }
  ui.getState().showExecution(ordinal, id);
}

function attemptOf(
  job: { id: string; skill: string; method: string; summary: string; submittedAt: string; finishedAt: string | null },
  target: Partial<TargetView> & { nodeId: string; nodeName: string; executionId: string },
  ordinal: number,
): ExecutionView {
  const state = target.state === undefined || target.state === "skipped" ? "succeeded" : target.state;
  return {
    id: target.executionId,
    nodeId: target.nodeId,
    nodeName: target.nodeName,
    ordinal,
    skill: job.skill,
    method: job.method,
    summary: job.summary,
    state: state === "waiting" ? "queued" : state,
    exitCode: target.exitCode ?? null,
    signal: null,
    error: target.error ?? null,
    submittedAt: job.submittedAt,
    finishedAt: target.finishedAt ?? job.finishedAt,
    durationMs: target.durationMs ?? null,
    // Not known, and not nothing: what is kept of it is fetched when somebody looks.
    outputBytes: target.outputBytes ?? 1,
    result: null,
    jobId: job.id,
    targetIndex: target.index ?? null,
    attempt: target.attempts ?? 1,
  };
}

function told(console: Console, answer: JobAnswer): Asked {
  switch (answer.kind) {
    case "accepted":
      console.jobs.getState().begin(answer.job);
      console.ui.getState().showJob(answer.job.id);
      return { kind: "accepted", job: answer.job.id };
    case "approval":
      return { kind: "problem", text: t("It needs a second yes; ask for it as a new job.") };
    case "changed":
    case "count":
      return { kind: "changed", count: answer.count };
    case "refused": {
      const names = answer.refused.slice(0, 3).map(({ nodeId, nodeName, why }) => {
        const ordinal = console.fleet.ordinalOf(nodeId);
        return `${ordinal === undefined ? nodeName : console.fleet.node(ordinal)?.name}: ${why}`;
      });
      const more = answer.refused.length > 3 ? ` ${t("And {{n}} more.", { n: answer.refused.length - 3 })}` : "";
      return { kind: "problem", text: `${t("None of them can take it.")} ${names.join(" ")}${more}` };
    }
  }
}
