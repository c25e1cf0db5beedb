/**
 * How a job goes about its targets, as it is typed in a form, and the request that comes of it. Pure.
 * Not here: the fields (features/fanout), the judgement that counts (the Nexus').
 */
import type { JobRequest, OfflinePolicy, ResolvedView, Strategy } from "../bridge/types";
import { t } from "../i18n";
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
  /** Between two waves that follow by themselves. */
  pauseSeconds: number;
  /** Expressions: who is better than others, and who is taken only when nobody else can. Of "any" only. */
  prefer: string;
  avoid: string;
  /** The key of a tag, or "group". Of the strategy that spreads only. */
  spreadBy: string;
  /** What each execution needs for itself. */
  resource: string;
  /** 0 to 9. */
  priority: number;
  /** A result that is not older will do; 0: none will. */
  cacheSeconds: number;
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
  pauseSeconds: 0,
  prefer: "",
  avoid: "",
  spreadBy: "",
  resource: "",
  priority: 5,
  cacheSeconds: 0,
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
    if (whole(canary) === null) return t("The canary is a number of nodes, e.g. 1.");
    const list = stepsOf(steps);
    if (list === null) return t("The steps are percentages, e.g. 10, 50. All of them follow by themselves.");
    if (list.some((step, i) => i > 0 && step <= (list[i - 1] ?? 0)))
      return t("Each step has to be larger than the one before.");
  }
  if (stopAfter.trim() !== "" && thresholdOf(stopAfter) === null)
    return t("Stop after a number of failures, like 3, or a share of all, like 10 %. Or leave it empty.");
  if (concurrency.trim() !== "" && whole(concurrency) === null) return t("At once: a whole number, or leave it empty.");
  const again = retries.trim() === "" ? 0 : whole(retries, 0);
  if (again === null || again > MOST_RETRIES)
    return t("Try again at most {{most}} times, or leave it empty.", { most: MOST_RETRIES });
  if (again > 0 && effect !== "read" && !policy.consent)
    return t("Trying again may do things twice; tick that you accept it, or leave it empty.");
  const slots = any.trim() === "" ? null : whole(any);
  if (any.trim() !== "" && slots === null) return t("On any: a whole number of nodes, or leave it empty.");
  if (slots !== null && policy.waves) return t("On any of them there are no waves: there is nothing to widen.");
  if (/\s/.test(policy.resource.trim())) return t("A resource is one word, e.g. gpu.");
  if (slots !== null && slots > targets) return t("There are only {{targets}} to choose from.", { targets });
  return null;
}

/** What is to be asked for. The policy must have no problem. */
export function requestOf(call: Call, aim: ResolvedView, ids: readonly string[], policy: Policy): JobRequest {
  const retries = policy.retries.trim() === "" ? 0 : (whole(policy.retries, 0) ?? 0);
  const any = whole(policy.any);
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
    any,
    strategy: policy.strategy,
    prefer: any === null ? "" : policy.prefer.trim(),
    avoid: any === null ? "" : policy.avoid.trim(),
    spreadBy: any !== null && policy.strategy === "spread" ? policy.spreadBy.trim() || null : null,
    offline: policy.offline,
    expiresInSeconds: policy.expiresInSeconds,
    priority: policy.priority,
    concurrency: whole(policy.concurrency) ?? 0,
    resource: policy.resource.trim() || null,
    cacheSeconds: policy.cacheSeconds === 0 ? null : policy.cacheSeconds,
    waves: policy.waves
      ? {
          canary: whole(policy.canary) ?? 1,
          steps: stepsOf(policy.steps) ?? [],
          gate: policy.ask ? "ask" : "auto",
          pauseSeconds: policy.ask ? 0 : policy.pauseSeconds,
        }
      : null,
    stopAfter: thresholdOf(policy.stopAfter),
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
    count(policy.any) === null ? "" : t("on any {{n}}", { n: count(policy.any) }),
    policy.waves ? wavesWords(policy.canary, steps) : t("all at once"),
    count(policy.concurrency) === null ? "" : t("{{n}} at a time", { n: count(policy.concurrency) }),
    thresholdWords(policy.stopAfter),
    (count(policy.retries) ?? 0) > 0 ? t("tries again {{n}}×", { n: count(policy.retries) }) : "",
    policy.offline === "wait" ? t("waits for offline nodes") : "",
    policy.resource.trim() === "" ? "" : t("needs {{resource}}", { resource: policy.resource.trim() }),
    policy.priority === 5 ? "" : t("priority {{n}}", { n: policy.priority }),
    policy.cacheSeconds === 0 ? "" : t("takes older results"),
  ]
    .filter(Boolean)
    .join(" · ");
}

function wavesWords(canary: string, steps: readonly number[]): string {
  if (steps.length === 0) return t("canary {{canary}}", { canary });
  return t("canary {{canary}}, then {{steps}} %", { canary, steps: steps.join(" %, ") });
}

/** "3" failures or "10 %" of all; null: neither. */
export function thresholdOf(text: string): { failures: number | null; percent: number | null } | null {
  const percent = /^(\d{1,3})\s*%$/.exec(text.trim())?.[1];
  if (percent !== undefined) {
    const share = Number(percent);
    return share >= 1 && share <= 100 ? { failures: null, percent: share } : null;
  }
  const failures = whole(text);
  return failures === null ? null : { failures, percent: null };
}

function thresholdWords(text: string): string {
  const after = thresholdOf(text);
  if (after === null) return "";
  return after.percent === null
    ? t("stops after {{count}} failures", { count: after.failures ?? 0 })
    : t("stops when {{n}} % failed", { n: after.percent });
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
