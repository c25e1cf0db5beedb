/**
 * How a job goes about its targets, as it is typed in a form, and the request that comes of it. Pure.
 * Not here: the fields (features/fanout), the judgement that counts (the Nexus').
 */
import type { JobRequest, OfflinePolicy, ResolvedView, Strategy } from "../bridge/typesJob";
import type { Call } from "./commands";

/** Texts as typed; "" means that there is no such limit. */
export type Policy = {
  /** What the job is called. */
  label: string;
  waves: boolean;
  canary: string;
  steps: string;
  ask: boolean;
  stopAfter: string;
  retries: string;
  consent: boolean;
  concurrency: string;
  offline: OfflinePolicy;
  expiresInSeconds: number;
  any: string;
  strategy: Strategy;
};

export const PLAIN_POLICY: Policy = {
  label: "",
  waves: false,
  canary: "1",
  steps: "10, 50",
  ask: true,
  stopAfter: "",
  retries: "",
  consent: false,
  concurrency: "",
  offline: "skip",
  expiresInSeconds: 86_400,
  any: "",
  strategy: "least_load",
};

const MOST_RETRIES = 20;
/**
 * An expression about load means other nodes at every heartbeat, so the set that was shown could never be run; then it is
 * asked for by its names.
 */
const LIVE_FACT = /\b(cpu|mem|mem_free|tasks)\s*[<>=!]/;

/** What is wrong with it, as a sentence, or null. */
export function policyProblem(policy: Policy, targets: number, effect: string): string | null {
  const { canary, steps, stopAfter, retries, concurrency, any } = policy;
  if (policy.waves) {
    if (whole(canary) === null) return "The canary is a number of nodes, e.g. 1.";
    const list = stepsOf(steps);
    if (list === null) return "The steps are percentages, e.g. 10, 50. All of them follow by themselves.";
    if (list.some((step, i) => i > 0 && step <= (list[i - 1] ?? 0)))
      return "Each step has to be larger than the one before.";
  }
  if (stopAfter.trim() !== "" && whole(stopAfter) === null)
    return "Stop after a whole number of failures, or leave it empty.";
  if (concurrency.trim() !== "" && whole(concurrency) === null) return "At once: a whole number, or leave it empty.";
  const again = retries.trim() === "" ? 0 : whole(retries, 0);
  if (again === null || again > MOST_RETRIES) return `Try again at most ${MOST_RETRIES} times, or leave it empty.`;
  if (again > 0 && effect !== "read" && !policy.consent)
    return "Trying again may do things twice; tick that you accept it, or leave it empty.";
  const slots = any.trim() === "" ? null : whole(any);
  if (any.trim() !== "" && slots === null) return "On any: a whole number of nodes, or leave it empty.";
  if (slots !== null && policy.waves) return "On any of them there are no waves: there is nothing to widen.";
  if (slots !== null && slots > targets) return `There are only ${targets} to choose from.`;
  return null;
}

/** What is to be asked for. The policy must have no problem. */
export function requestOf(call: Call, aim: ResolvedView, ids: readonly string[], policy: Policy): JobRequest {
  const retries = policy.retries.trim() === "" ? 0 : (whole(policy.retries, 0) ?? 0);
  const failures = whole(policy.stopAfter);
  const named = aim.target === "" || LIVE_FACT.test(aim.target);
  return {
    id: crypto.randomUUID(),
    label: policy.label.trim(),
    target: named ? null : aim.target,
    nodeIds: named ? [...ids] : null,
    targetsSha256: aim.targetsSha256,
    confirmCount: null,
    skill: call.skill,
    method: call.method,
    parameters: call.parameters,
    timeoutSeconds: call.timeoutSeconds,
    any: whole(policy.any),
    strategy: policy.strategy,
    offline: policy.offline,
    expiresInSeconds: policy.expiresInSeconds,
    priority: 5,
    concurrency: whole(policy.concurrency) ?? 0,
    waves: policy.waves
      ? {
          canary: whole(policy.canary) ?? 1,
          steps: stepsOf(policy.steps) ?? [],
          gate: policy.ask ? "ask" : "auto",
          pauseSeconds: 0,
        }
      : null,
    stopAfter: failures === null ? null : { failures, percent: null },
    retry: retries === 0 ? null : { limit: retries, backoffSeconds: 1, maxBackoffSeconds: 60, consent: policy.consent },
    approval: null,
  };
}

/** The policy in a line; what is as usual is not told, except for what becomes of offline nodes. */
export function policyWords(policy: Policy): string {
  const steps = stepsOf(policy.steps) ?? [];
  const count = (text: string) => whole(text);
  return [
    policy.label.trim() === "" ? "" : `“${policy.label.trim()}”`,
    count(policy.any) === null ? "" : `on any ${count(policy.any)}`,
    policy.waves ? `canary ${policy.canary}${steps.length > 0 ? `, then ${steps.join(" %, ")} %` : ""}` : "all at once",
    count(policy.concurrency) === null ? "" : `${count(policy.concurrency)} at a time`,
    count(policy.stopAfter) === null ? "" : `stops after ${count(policy.stopAfter)} failures`,
    (count(policy.retries) ?? 0) > 0 ? `tries again ${count(policy.retries)}×` : "",
    policy.offline === "wait" ? "waits for offline nodes" : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function whole(text: string, least = 1): number | null {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= least ? value : null;
}

function stepsOf(text: string): number[] | null {
  const parts = text.split(/[\s,%]+/).filter((part) => part !== "");
  const steps = parts.map((part) => whole(part));
  return steps.every((step) => step !== null && step < 100) ? (steps as number[]) : null;
}
