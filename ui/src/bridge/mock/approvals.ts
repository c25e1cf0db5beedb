/**
 * Rules and second yeses as the simulated host has them: bound to the call and its targets, good once, for ten minutes.
 * Who asked may not answer; in the simulation "another person" answers by `control`.
 */
import type { ApprovalView, ExecuteRequest, FeedEvent, RuleRequest, RuleView } from "../types";
import { hashOf } from "./audit";
import { refusal } from "./executions";

const LASTS_MS = 600_000;
type Decided = "approved" | "denied";

export class SimulatedApprovals {
  readonly all: ApprovalView[] = [];
  rules: RuleView[] = [];
  #emit: (event: FeedEvent) => void;

  constructor(emit: (event: FeedEvent) => void) {
    this.#emit = emit;
  }

  /** The approval that this ask needs and does not have yet, or null: it may run. */
  needed(request: Omit<ExecuteRequest, "id" | "nodeId">, nodeIds: readonly string[], summary: string): string | null {
    const targets = [...nodeIds].sort();
    const hash = hashOf(JSON.stringify([request.skill, request.method, request.parameters, targets]));
    if (request.approval !== null) {
      this.#use(request.approval, hash);
      return null;
    }
    const rule = this.rules.find(
      ({ calls, atLeast }) =>
        targets.length >= atLeast &&
        calls.some((c) => c === "*" || c === `${request.skill}.${request.method}` || c === `${request.skill}.*`),
    );
    if (!rule) return null;
    const waiting = this.all.find((one) => one.hash === hash && one.state === "pending");
    if (waiting) return waiting.id;
    const { skill, method, timeoutSeconds } = request;
    return this.asked({ skill, method, timeoutSeconds, summary, targets, hash, rules: [rule.name], by: rule.by }).id;
  }

  asked(given: Partial<ApprovalView>): ApprovalView {
    const now = Date.now();
    const targets = given.targets ?? [];
    const approval: ApprovalView = {
      id: crypto.randomUUID(),
      state: "pending",
      askedBy: "local",
      own: true,
      from: "desktop",
      askedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + LASTS_MS).toISOString(),
      skill: "ShellSkill",
      method: "run",
      summary: "",
      timeoutSeconds: 30,
      hash: hashOf(`${given.summary} ${targets.join()}`),
      targets,
      rules: [],
      by: "another",
      decidedBy: null,
      decidedAt: null,
      ...given,
    };
    this.all.push(approval);
    this.#emit({ kind: "approval", approval });
    return approval;
  }

  decide(id: string, state: Decided, by: string): void {
    const approval = this.#need(id);
    if (approval.state !== "pending")
      throw refusal("not_pending", `approval ${id} was ${approval.state} already; ask again for a new one`);
    if (approval.own && by === "local" && state === "approved" && approval.by === "another")
      throw refusal("own", `rule "${approval.rules[0] ?? ""}" wants the yes of another one than the asker`);
    Object.assign(approval, { state, decidedBy: by, decidedAt: new Date().toISOString() });
    this.#emit({ kind: "approval", approval });
  }

  make(request: RuleRequest): RuleView {
    if (request.name.trim() === "") throw refusal("invalid", "the name must be 1 to 128 printable bytes");
    if (!(request.atLeast >= 1 && request.atLeast <= 1000)) throw refusal("invalid", "at_least must be 1 to 1000");
    if (request.calls.length === 0 || request.nodes === "")
      throw refusal("invalid", "the rule is about nothing: give it calls and nodes, `*` for all");
    const rule = { ...request, id: crypto.randomUUID(), createdBy: "local", createdAt: new Date().toISOString() };
    this.rules = [...this.rules, rule];
    return rule;
  }

  remove(id: string): void {
    if (!this.rules.some((rule) => rule.id === id)) throw refusal("unknown_rule", "there is no such rule");
    this.rules = this.rules.filter((rule) => rule.id !== id);
  }

  #use(id: string, hash: string): void {
    const approval = this.#need(id);
    if (approval.state !== "approved") throw refusal("not_approved", `approval ${id} is ${approval.state}`);
    if (approval.hash !== hash) throw refusal("other_action", `approval ${id} is not for this`);
    approval.state = "used";
    this.#emit({ kind: "approval", approval });
  }

  #need(id: string): ApprovalView {
    const approval = this.all.find((known) => known.id === id);
    if (!approval) throw refusal("unknown_approval", "there is no such approval");
    return approval;
  }
}
