/**
 * The part of the contract that is about proof: the audit log, and the second yes. Plain data, as in types.ts.
 * Not here: who may join or ask (typesTrust.ts).
 */
import type { ExecutionState, JsonValue } from "./types";
import type { Role } from "./typesTrust";

export type AuditDecision = "allowed" | "denied" | "needs_approval";

/** One entry of the audit log. What does not apply is null or empty. */
export type AuditEntryView = {
  /** Its place, from 1. */
  number: number;
  /** Over everything before it, and its text. */
  hash: string;
  /** RFC 3339, UTC. */
  at: string;
  /** e.g. "execute", "revoke_node"; a newer Nexus may know more of them. */
  action: string;
  who: { id: string; name: string; kind: string; role: Role } | null;
  /** Address, or "desktop". */
  from: string | null;
  decision: AuditDecision | null;
  why: string | null;
  /** Ids of what it is about: a node, a token, a code, a rule. */
  subject: string[];
  call: { skill: string; method: string; summary: string; timeout: number; sha256: string } | null;
  /** Node ids, frozen when it was asked. */
  targets: string[];
  targetsSha256: string | null;
  /** In the order of the targets. */
  executions: string[];
  approval: string | null;
  outcomes: { execution: string; state: ExecutionState; exitCode: number | null }[];
  /** Number of the entry that this one continues. */
  about: number | null;
  /** How often, when it is more than once. */
  count: number | null;
  detail: JsonValue;
};

/** All that is given must fit; null and "" mean anything. */
export type AuditQuery = {
  search: string;
  action: string | null;
  who: string;
  /** Id of a node that it is about or that it targets. */
  node: string | null;
  /** Only entries with a smaller number. */
  before: number | null;
  limit: number;
};

/** Newest first. `before` asks for older ones; null: there are none. A page may be short, or empty, and still have it. */
export type AuditPage = { entries: AuditEntryView[]; before: number | null };

export type AuditVerdict = {
  ok: boolean;
  /** How many entries were looked at, and the numbers of the first and the last one. */
  entries: number;
  first: number;
  last: number;
  /** Of the last one; compare it with one that was noted elsewhere. */
  hash: string;
  /** Good signatures. */
  checkpoints: number;
  /** Entries after the newest good signature. */
  unsigned: number;
  /** Of the key that has to have signed. */
  fingerprint: string;
  /** The first twenty things that are wrong. */
  faults: { number: number; kind: string; detail: string }[];
};

/** Something that somebody asked for and that needs a second yes: bound to this very call on these very nodes. */
export type ApprovalView = {
  id: string;
  state: "pending" | "approved" | "denied" | "used" | "expired";
  /** Who asked. */
  askedBy: string;
  /** This window asked. */
  own: boolean;
  /** Address, or "desktop". */
  from: string;
  askedAt: string;
  expiresAt: string;
  skill: string;
  method: string;
  summary: string;
  timeoutSeconds: number;
  /** Over who asks, the whole call and the nodes: all that the yes is for. */
  hash: string;
  /** Node ids, frozen when it was asked. */
  targets: string[];
  /** Names of the rules that want it. */
  rules: string[];
  /** Who may say yes: an admin who did not ask, or the asker too. */
  by: "another" | "anyone";
  decidedBy: string | null;
  decidedAt: string | null;
};

/** When a second yes is needed: for these calls, on so many of these nodes in one ask. */
export type RuleView = {
  id: string;
  name: string;
  /** `ShellSkill.run`, `FileSkill.*`, `*`. */
  calls: string[];
  /** Target expression: only nodes in it count. */
  nodes: string;
  atLeast: number;
  /** How long an ask and its yes are good for. */
  ttlSeconds: number;
  by: "another" | "anyone";
  createdBy: string;
  createdAt: string;
};
export type RuleRequest = Pick<RuleView, "name" | "calls" | "nodes" | "atLeast" | "ttlSeconds" | "by">;

/** Everything about proof that the console may ask of its host. Rejections are always a BridgeError. */
export type ProofBridge = {
  audit(query: AuditQuery): Promise<AuditPage>;
  verifyAudit(): Promise<AuditVerdict>;
  /** Writes all of it as JSON lines; resolves to the file. */
  exportAudit(): Promise<string>;
  approve(id: string): Promise<void>;
  deny(id: string): Promise<void>;
  rules(): Promise<RuleView[]>;
  makeRule(request: RuleRequest): Promise<void>;
  removeRule(id: string): Promise<void>;
};
