/**
 * Trust as the simulated host has it: join codes, machines that knock, how nodes stand, API tokens; with the refusals
 * that the real one gives. Not here: the nodes themselves (host.ts).
 */
import type {
  FeedEvent,
  JoinCodeRequest,
  JoinCodeView,
  JoinView,
  MadeTokenView,
  NodeEdit,
  NodeView,
  TokenRequest,
  TokenView,
  WaitingView,
} from "../types";
import { refusal } from "./executions";
import { fingerprintOf, joinView } from "./join";

type Host = {
  nodes(): readonly NodeView[];
  emit(event: FeedEvent): void;
  enrol(from: Partial<NodeView>): NodeView;
  lose(node: NodeView): void;
  reconnect(node: NodeView): void;
  remove(node: NodeView): void;
  exposed(): boolean;
};

const DAY = 86_400;
/** How long a simulated machine takes to come after it was accepted, or let in again. */
const COMING_MS = 700;

export class SimulatedTrust {
  readonly codes: JoinCodeView[] = [];
  waiting: WaitingView[] = [];
  readonly tokens: TokenView[] = [...SOME_TOKENS];
  #shown: JoinView | null = null;
  #host: Host;
  #count = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The same line until it is used. */
  join(): JoinView {
    const shown = this.#shown;
    const code = this.codes.find((known) => known.id === shown?.code.id);
    if (shown && code && isOpen(code) && shown.reachable === this.#host.exposed()) return shown;
    this.#shown = this.make({
      label: "from the window",
      uses: 1,
      ttlSeconds: 3600,
      name: null,
      tags: [],
      waitingRoom: null,
    });
    return this.#shown;
  }

  make(request: JoinCodeRequest, rekeys: string | null = null): JoinView {
    if (!(request.uses >= 1 && request.uses <= 100_000)) throw refusal("invalid", "uses must be between 1 and 100000");
    if (!(request.ttlSeconds >= 1 && request.ttlSeconds <= 30 * DAY))
      throw refusal("invalid", "ttl_seconds must be between 1 and 2592000 (30 days)");
    if (request.uses > 1 && request.name !== null)
      throw refusal("invalid", "a name fits one node only; leave it out, or make a code with one use");
    const { label, uses, name, tags } = request;
    const code: JoinCodeView = {
      id: crypto.randomUUID(),
      label,
      uses,
      used: 0,
      name,
      tags,
      group: null,
      waitingRoom: request.waitingRoom ?? uses > 1,
      rekeys,
      createdBy: "the window",
      createdAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + request.ttlSeconds * 1000).toISOString(),
      withdrawn: false,
    };
    this.codes.push(code);
    this.#tell(code);
    return joinView(this.#host.exposed(), code);
  }

  withdraw(id: string): void {
    const code = this.codes.find((known) => known.id === id);
    if (!code) throw refusal("unknown_code", `join code ${id} does not exist`);
    code.withdrawn = true;
    this.#tell(code);
  }

  /** So many machines of one rack knock. */
  seat(count: number): void {
    const code = this.make({
      label: "rack 4",
      uses: 20,
      ttlSeconds: 7 * DAY,
      name: null,
      tags: ["site:par"],
      waitingRoom: null,
    }).code;
    for (let i = 0; i < count; i++) this.knock(code.id, `rack4-${String(i + 1).padStart(2, "0")}`);
  }

  /** A machine comes with this code, as a spore would. */
  knock(id: string, name = `newcomer-${++this.#count}`): void {
    const code = this.codes.find((known) => known.id === id);
    if (!code || !isOpen(code)) return;
    code.used += 1;
    this.#tell(code);
    if (code.rekeys !== null) {
      this.#rekeyed(code.rekeys, code);
      return;
    }
    if (!code.waitingRoom) {
      this.#enrol(name, code);
      return;
    }
    this.waiting = [...this.waiting, newcomer(name, code, this.waiting.length)];
    this.#host.emit({ kind: "waiting", waiting: this.waiting });
  }

  accept(id: string): string {
    const one = this.#unseat(id);
    const code = this.codes.find((known) => known.id === one.code);
    setTimeout(() => this.#enrol(one.name, code, one), COMING_MS);
    return `late-${one.name}`;
  }

  turnAway(id: string): void {
    this.#unseat(id);
  }

  edit(id: string, edit: NodeEdit): void {
    const node = this.#node(id);
    if (edit.name !== null && edit.name.length > 128)
      throw refusal("invalid", "a name has at most 128 bytes and no control characters");
    if (edit.tags?.some((tag) => tag.trim() === "")) throw refusal("invalid", "a tag must not be empty");
    if (edit.name !== null) node.trust.givenName = edit.name.trim() || null;
    if (edit.tags !== null) node.trust.givenTags = edit.tags;
    node.name = node.trust.givenName ?? node.trust.ownName;
    node.tags = [...new Set([...node.trust.ownTags, ...node.trust.givenTags])];
    this.#host.emit({ kind: "node", change: "changed", node });
  }

  revoke(id: string): void {
    const node = this.#node(id);
    node.trust.standing = "revoked";
    this.#host.lose(node);
  }

  /** Two machines with one key: both are held. */
  hold(id: string): void {
    const node = this.#node(id);
    Object.assign(node.trust, {
      standing: "held",
      why: "two machines showed this key at the same time: 10.1.0.7:40122 and 10.9.3.2:51120",
    });
    this.#host.lose(node);
  }

  release(id: string): void {
    const node = this.#node(id);
    Object.assign(node.trust, { standing: "accepted", why: null });
    this.#host.emit({ kind: "node", change: "changed", node });
    setTimeout(() => this.#host.reconnect(node), COMING_MS);
  }

  rekey(id: string): JoinView {
    const node = this.#node(id);
    const label = `new key for ${node.name}`;
    return this.make({ label, uses: 1, ttlSeconds: 3600, name: null, tags: [], waitingRoom: null }, id);
  }

  remove(id: string): void {
    const node = this.#node(id);
    if (node.state !== "offline") throw refusal("online", `node ${id} is online; stop or revoke it first`);
    this.#host.remove(node);
  }

  makeToken(request: TokenRequest): MadeTokenView {
    if (request.name.trim() === "") throw refusal("invalid", "the name must be 1 to 128 printable bytes");
    if (/\band\s*$|[()]\s*$/.test(request.nodes))
      throw refusal("invalid", `scope of nodes: a condition is missing at the end of “${request.nodes}”`);
    const wrong = request.calls.find((call) => call !== "*" && !/^[\w*-]+\.[\w*-]+$/.test(call));
    if (wrong !== undefined)
      throw refusal("invalid", `"${wrong}" is no call; write \`ShellSkill.run\`, \`FileSkill.*\` or \`*\``);
    const { name, role, nodes, calls } = request;
    const now = Date.now();
    const token = aToken(crypto.randomUUID(), name, {
      role,
      nodes,
      calls,
      expiresAt: iso(now + request.ttlSeconds * 1000),
    });
    this.tokens.push(token);
    return { secret: "nxs_0Qm9Jx5t2sVYF0m4dE1xq8hN7cK6wUuPzR2TqLw9v0y", token };
  }

  revokeToken(id: string): void {
    const token = this.tokens.find((known) => known.id === id);
    if (!token) throw refusal("unknown_token", `token ${id} does not exist`);
    token.revokedAt = new Date().toISOString();
  }

  #enrol(name: string, code: JoinCodeView | undefined, one?: WaitingView): void {
    const node = this.#host.enrol({
      name: code?.name ?? name,
      tags: code?.tags ?? [],
      ...(one ? { osName: one.osName, arch: one.arch, address: one.address } : {}),
    });
    Object.assign(node.trust, {
      how: "code",
      via: code?.label ?? "",
      code: code?.id ?? null,
      givenName: code?.name ?? null,
      ownName: name,
      since: new Date().toISOString(),
      fingerprint: one?.fingerprint ?? fingerprintOf(node.id),
    });
    this.#host.emit({ kind: "node", change: "connected", node });
  }

  #rekeyed(id: string, code: JoinCodeView): void {
    const node = this.#node(id);
    const fingerprint = fingerprintOf(`${node.id} ${code.id}`);
    Object.assign(node.trust, { code: code.id, fingerprint, standing: "accepted", why: null });
    this.#host.reconnect(node);
  }

  #unseat(id: string): WaitingView {
    const one = this.waiting.find((known) => known.id === id);
    if (!one) throw refusal("not_waiting", `nobody waits as ${id}; it may have been accepted or turned away meanwhile`);
    this.waiting = this.waiting.filter((known) => known !== one);
    this.#host.emit({ kind: "waiting", waiting: this.waiting });
    return one;
  }

  #node(id: string): NodeView {
    const node = this.#host.nodes().find((known) => known.id === id);
    if (!node) throw refusal("unknown_node", `node ${id} does not exist`);
    return node;
  }

  #tell(code: JoinCodeView): void {
    this.#host.emit({ kind: "code", code });
  }
}

function isOpen(code: JoinCodeView): boolean {
  return !code.withdrawn && code.used < code.uses && Date.parse(code.expiresAt) > Date.now();
}

function newcomer(name: string, code: JoinCodeView, i: number): WaitingView {
  const now = new Date(Date.now() - i * 95_000).toISOString();
  return {
    id: `key-${code.id}-${name}`,
    name,
    fingerprint: fingerprintOf(name),
    address: `192.168.1.${71 + i}:${40_122 + 17 * i}`,
    code: code.id,
    codeLabel: code.label,
    hostname: name,
    osName: i % 2 === 0 ? "Debian GNU/Linux 13" : "Raspberry Pi OS",
    platform: "linux",
    arch: i % 2 === 0 ? "x86_64" : "aarch64",
    sporeVersion: "0.1.0",
    cpuCores: i % 2 === 0 ? 16 : 4,
    memoryMb: i % 2 === 0 ? 65_536 : 8192,
    hasGpu: i === 0,
    hasDocker: i % 2 === 0,
    tags: [],
    firstSeen: now,
    lastSeen: now,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function aToken(id: string, name: string, rest: Partial<TokenView>): TokenView {
  return {
    id,
    name,
    role: "viewer",
    nodes: "*",
    calls: ["*"],
    createdAt: iso(Date.now()),
    expiresAt: iso(Date.now() + 90 * DAY * 1000),
    lastUsedAt: null,
    lastUsedFrom: null,
    revokedAt: null,
    ...rest,
  };
}

const SOME_TOKENS: readonly TokenView[] = [
  aToken("0192-backup", "backup script", {
    role: "operator",
    nodes: "role:db and not site=lab",
    calls: ["ShellSkill.run", "FileSkill.*"],
    createdAt: iso(Date.now() - 41 * DAY * 1000),
    expiresAt: iso(Date.now() + 49 * DAY * 1000),
    lastUsedAt: iso(Date.now() - 3 * 60_000),
    lastUsedFrom: "10.4.0.12",
  }),
  aToken("0192-wall", "wall display", {
    createdAt: iso(Date.now() - 12 * DAY * 1000),
    expiresAt: iso(Date.now() + 3 * DAY * 1000),
    lastUsedAt: iso(Date.now() - 9 * 3_600_000),
    lastUsedFrom: "192.168.1.20",
  }),
  aToken("0192-old", "trial of the demo", {
    role: "admin",
    createdAt: iso(Date.now() - 100 * DAY * 1000),
    expiresAt: iso(Date.now() - 10 * DAY * 1000),
  }),
];
