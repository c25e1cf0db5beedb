/**
 * The part of the contract that is about trust: who may come in, who may ask, and how a node stands. Plain data, as in
 * types.ts; the Rust side generates the same shapes.
 * Not here: the audit log and approvals (typesProof.ts).
 */

/** Where a line is to be typed. */
export type JoinSystem = "linux" | "macos" | "windows" | "docker";

/** A join code without its secret. */
export type JoinCodeView = {
  id: string;
  label: string;
  /** How many machines may use it, and how many did. */
  uses: number;
  used: number;
  /** What the machine will be called, over its own name. */
  name: string | null;
  tags: string[];
  group: string | null;
  /** Machines wait until a person accepts them. */
  waitingRoom: boolean;
  /** Id of the node that gets a new key by it. */
  rekeys: string | null;
  createdBy: string;
  /** RFC 3339, UTC. */
  createdAt: string;
  expiresAt: string;
  withdrawn: boolean;
};

/** What a new code is to be. */
export type JoinCodeRequest = {
  /** For people; empty is fine. */
  label: string;
  uses: number;
  ttlSeconds: number;
  /** Only with one use. */
  name: string | null;
  tags: string[];
  /** Null: they wait when the code has more than one use. */
  waitingRoom: boolean | null;
};

/** A code with the lines to paste; the only place where its secret is ever told. */
export type JoinView = {
  /** The whole line that starts a spore elsewhere, per system. */
  lines: { system: JoinSystem; line: string }[];
  /** False while the Nexus listens on this machine only, so that a spore elsewhere could not reach it. */
  reachable: boolean;
  addresses: string[];
  /** Of the key of this Nexus, as the spore shows it. */
  fingerprint: string;
  code: JoinCodeView;
};

/** A machine that knocked. All of it but `fingerprint` and `codeLabel` is what it says itself. */
export type WaitingView = {
  /** To speak of it. */
  id: string;
  name: string;
  /** Of its key; the machine shows the same. */
  fingerprint: string;
  address: string;
  code: string;
  codeLabel: string;
  hostname: string;
  osName: string;
  platform: string;
  arch: string;
  sporeVersion: string;
  cpuCores: number;
  memoryMb: number;
  hasGpu: boolean;
  hasDocker: boolean;
  tags: string[];
  firstSeen: string;
  lastSeen: string;
};

/** How a node came in, and how it stands. */
export type TrustView = {
  how: "code" | "local" | "shared_token";
  /** Label of the join code. */
  via: string | null;
  /** Id of the join code. */
  code: string | null;
  /** Of its own key; null with the shared token. */
  fingerprint: string | null;
  since: string;
  /** Its last session was over TLS. */
  encrypted: boolean;
  standing: "accepted" | "held" | "revoked";
  /** Why it is held. */
  why: string | null;
  /** The name and tags that the operator gave it, over and beside its own. */
  givenName: string | null;
  ownName: string;
  givenTags: string[];
  ownTags: string[];
};

/** What a node allows, as it tells it. The node alone decides; a Nexus can see it and never widen it. */
export type PolicyView = {
  /** `observe`, `operate`, `full`, `custom`, or why there is none. */
  name: string;
  /** `Skill.method`, `Skill.*` or `*`. */
  methods: string[];
  /** Any command may run, in a shell. */
  shell: boolean;
  /** Commands that may run without a shell. */
  commands: { name: string; pattern: string }[];
  read: string[];
  write: string[];
  /** When it is not the spore's own user. */
  runAs: string | null;
  /** Limits of one execution, in words. */
  limits: string[];
  /** What holds commands back, as it really is. */
  sandbox: string;
  /** What is allowed for a time beyond that, until when by the node's clock. */
  grants: { id: string; what: string; until: string }[];
  /** Some lists are longer on the node. */
  cut: boolean;
};

export type Role = "viewer" | "operator" | "admin";

/** An API token without its secret. */
export type TokenView = {
  id: string;
  name: string;
  role: Role;
  /** Target expression; empty is nobody. */
  nodes: string;
  /** `ShellSkill.run`, `FileSkill.*`, `*`. */
  calls: string[];
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  lastUsedFrom: string | null;
  revokedAt: string | null;
};
export type TokenRequest = { name: string; role: Role; nodes: string; calls: string[]; ttlSeconds: number };
/** A fresh token: the secret is told once. */
export type MadeTokenView = { secret: string; token: TokenView };

/** What the operator changes about a node; what is null stays. An empty name takes the given one back. */
export type NodeEdit = { name: string | null; tags: string[] | null };

/** Everything about trust that the console may ask of its host. Rejections are always a BridgeError. */
export type TrustBridge = {
  /** A line for one machine, soon; the same one until it is used. */
  join(): Promise<JoinView>;
  makeJoinCode(request: JoinCodeRequest): Promise<JoinView>;
  withdrawJoinCode(id: string): Promise<void>;
  /** Resolves to the id of the node that it becomes. */
  accept(waiting: string): Promise<string>;
  turnAway(waiting: string): Promise<void>;
  editNode(node: string, edit: NodeEdit): Promise<void>;
  /** Out at once, and never again with this key. */
  revokeNode(node: string): Promise<void>;
  releaseNode(node: string): Promise<void>;
  /** A code that gives the node a new key. */
  rekeyNode(node: string): Promise<JoinView>;
  /** Forgets a node that is offline. */
  removeNode(node: string): Promise<void>;
  tokens(): Promise<TokenView[]>;
  makeToken(request: TokenRequest): Promise<MadeTokenView>;
  revokeToken(id: string): Promise<void>;
};
