/**
 * Whether this node can be trusted, and what is done about it: its key, how it came in, how it stands, name and tags,
 * and the answers that change it. Every refusal stays beside what was asked. Not here: what it allows (Policy).
 */
import type { ReactNode } from "react";
import type { NodeView } from "../../bridge/types";
import type { TrustView } from "../../bridge/typesTrust";
import { Fingerprint } from "../../components/Fingerprint";
import { fullTime } from "../../components/format";
import { Notice } from "../../components/Notice";
import { Naming } from "./Naming";
import { Standing } from "./Standing";
import styles from "./Trust.module.css";

export function Trust({ node, policy }: { node: NodeView; policy: ReactNode }) {
  const { trust } = node;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.trust} tabIndex={0} aria-label="Trust" data-testid="trust">
      <Warning node={node} />
      <dl className={styles.list}>
        <dt>Key</dt>
        <dd>
          {trust.fingerprint === null ? (
            "none of its own"
          ) : (
            <Fingerprint value={trust.fingerprint} testId="node-fingerprint" />
          )}
        </dd>
        <dt>Came in</dt>
        <dd data-testid="node-joined">
          <bdi>{howIn(trust)}</bdi>
        </dd>
        <dt>Since</dt>
        <dd>{fullTime(trust.since)}</dd>
        <dt>Connection</dt>
        <dd>{connection(node)}</dd>
        <dt>Standing</dt>
        <dd data-testid="node-standing">{STANDING[trust.standing]}</dd>
      </dl>
      {policy}
      <Naming key={`${node.id} ${trust.givenName} ${trust.givenTags.join(" ")}`} node={node} />
      <Standing node={node} />
    </section>
  );
}

const STANDING: Record<TrustView["standing"], string> = {
  accepted: "accepted",
  held: "held: it may not come in",
  revoked: "revoked: never again with this key",
};

function howIn(trust: TrustView): string {
  if (trust.how === "local") return "it is this Nexus’ own machine";
  if (trust.how === "shared_token") return "with the shared token";
  return trust.via ? `with the line “${trust.via}”` : "with a join line";
}

function connection({ trust, local, state }: NodeView): string {
  if (trust.encrypted) return state === "offline" ? "was encrypted (TLS)" : "encrypted (TLS)";
  return local ? "within this machine" : "not encrypted";
}

/** What is wrong with its trust, and the way out, before everything else. */
function Warning({ node: { trust } }: { node: NodeView }) {
  if (trust.standing === "held") {
    return (
      <Notice tone="problem" testId="trust-held">
        Held: {trust.why ?? "a person has to look at it first."} One of the two may be a copy that somebody made. Find
        out which machine is yours, give it a new key, and let it in again.
      </Notice>
    );
  }
  if (trust.fingerprint === null) {
    return (
      <Notice tone="warning" testId="trust-shared">
        It shows the token that it shares with others, so nobody can tell it from another machine that has the token. A
        new key ends that.
      </Notice>
    );
  }
  return null;
}
