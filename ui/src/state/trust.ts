/**
 * Who waits to be let in, and which join codes there are, as the feed tells it. Texts that machines say of themselves
 * are cleaned before they are kept. Not here: what is done about it (standing.ts), how a node stands (fleet.ts).
 */
import { createStore } from "zustand/vanilla";
import type { JoinCodeView, PolicyView, TrustView, WaitingView } from "../bridge/types";
import { plain } from "./text";

export type TrustState = {
  /** Oldest first. */
  waiting: readonly WaitingView[];
  /** Newest first. */
  codes: readonly JoinCodeView[];
  replace(waiting: readonly WaitingView[], codes: readonly JoinCodeView[]): void;
  takeWaiting(waiting: readonly WaitingView[]): void;
  takeCode(code: JoinCodeView): void;
};

export type CodeState = "open" | "used" | "expired" | "withdrawn";

export type TrustStore = ReturnType<typeof createTrust>;
export function createTrust() {
  return createStore<TrustState>((set) => ({
    waiting: [],
    codes: [],
    replace: (waiting, codes) =>
      set({ waiting: (waiting ?? []).map(cleanWaiting), codes: [...(codes ?? [])].map(cleanCode).reverse() }),
    takeWaiting: (waiting) => set({ waiting: waiting.map(cleanWaiting) }),
    takeCode: (raw) =>
      set(({ codes }) => {
        const code = cleanCode(raw);
        const known = codes.some(({ id }) => id === code.id);
        return { codes: known ? codes.map((other) => (other.id === code.id ? code : other)) : [code, ...codes] };
      }),
  }));
}

/** Where a code stands at this moment. */
export function codeState(code: JoinCodeView, now = Date.now()): CodeState {
  if (code.withdrawn) return "withdrawn";
  if (code.used >= code.uses) return "used";
  return now >= Date.parse(code.expiresAt) ? "expired" : "open";
}

/** How a node stands, cleaned; a host that says nothing is taken for one that has no keys. */
export function cleanTrust(raw: TrustView | undefined): TrustView {
  const trust = raw ?? UNKNOWN;
  const tags = (list: string[]) => (list ?? []).map((tag) => plain(tag, 60)).filter((tag) => tag !== "");
  return {
    ...trust,
    via: trust.via === null ? null : plain(trust.via, 120),
    why: trust.why === null ? null : plain(trust.why, 300),
    givenName: trust.givenName === null ? null : plain(trust.givenName, 120),
    ownName: plain(trust.ownName, 120),
    givenTags: tags(trust.givenTags),
    ownTags: tags(trust.ownTags),
  };
}

/** What a node says that it allows, cleaned. */
export function cleanPolicy(raw: PolicyView | null | undefined): PolicyView | null {
  if (!raw) return null;
  const texts = (list: string[]) => (list ?? []).map((text) => plain(text, 300));
  return {
    name: plain(raw.name, 80),
    methods: texts(raw.methods),
    shell: raw.shell === true,
    commands: (raw.commands ?? []).map(({ name, pattern }) => ({
      name: plain(name, 80),
      pattern: plain(pattern, 300),
    })),
    read: texts(raw.read),
    write: texts(raw.write),
    runAs: raw.runAs === null || raw.runAs === undefined ? null : plain(raw.runAs, 80),
    limits: texts(raw.limits),
    sandbox: plain(raw.sandbox, 120),
    grants: (raw.grants ?? []).map(({ id, what, until }) => ({
      id: plain(id, 60),
      what: plain(what, 200),
      until: plain(until, 40),
    })),
    cut: raw.cut === true,
  };
}

const UNKNOWN: TrustView = {
  how: "shared_token",
  via: null,
  code: null,
  fingerprint: null,
  since: "",
  encrypted: false,
  standing: "accepted",
  why: null,
  givenName: null,
  ownName: "",
  givenTags: [],
  ownTags: [],
};

function cleanWaiting(one: WaitingView): WaitingView {
  return {
    ...one,
    name: plain(one.name, 120) || "unnamed",
    address: plain(one.address, 120),
    codeLabel: plain(one.codeLabel, 120),
    hostname: plain(one.hostname, 120),
    osName: plain(one.osName, 80),
    platform: plain(one.platform, 60),
    arch: plain(one.arch, 40),
    sporeVersion: plain(one.sporeVersion, 40),
    tags: (one.tags ?? []).map((tag) => plain(tag, 60)),
  };
}

function cleanCode(code: JoinCodeView): JoinCodeView {
  return {
    ...code,
    label: plain(code.label, 120),
    name: code.name === null ? null : plain(code.name, 120),
    tags: (code.tags ?? []).map((tag) => plain(tag, 60)),
    createdBy: plain(code.createdBy, 120),
  };
}
