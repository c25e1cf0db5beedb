/**
 * Whether this node can be trusted, and what is done about it: its key, how it came in, how it stands, name and tags,
 * and the answers that change it. Every refusal stays beside what was asked. Not here: what it allows (Policy).
 */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { NodeView, TrustView } from "../../bridge/types";
import { Fingerprint } from "../../components/Fingerprint";
import { fullTime } from "../../components/format";
import { Notice } from "../../components/Notice";
import { t } from "../../i18n";
import { Naming } from "./Naming";
import type { Purpose } from "./NodeMenu";
import { Standing } from "./Standing";
import styles from "./Trust.module.css";

type TrustProps = {
  node: NodeView;
  policy: ReactNode;
  /** What it was opened for. */
  purpose?: Purpose | null;
};

export function Trust({ node, policy, purpose = null }: TrustProps) {
  const { t } = useTranslation();
  const { trust } = node;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.trust} tabIndex={0} aria-label={t("Trust")} data-testid="trust">
      <Warning node={node} />
      <dl className={styles.list}>
        <dt>{t("Key")}</dt>
        <dd>
          {trust.fingerprint === null ? (
            t("none of its own")
          ) : (
            <Fingerprint value={trust.fingerprint} testId="node-fingerprint" />
          )}
        </dd>
        <dt>{t("Came in")}</dt>
        <dd data-testid="node-joined">
          <bdi>{howIn(trust)}</bdi>
        </dd>
        <dt>{t("Since")}</dt>
        <dd>{fullTime(trust.since)}</dd>
        <dt>{t("Connection")}</dt>
        <dd>{connection(node)}</dd>
        <dt>{t("Standing")}</dt>
        <dd data-testid="node-standing">{standing(trust.standing)}</dd>
      </dl>
      {policy}
      <Naming
        key={`${node.id} ${trust.givenName} ${trust.givenTags.join(" ")}`}
        node={node}
        focus={purpose === "name" || purpose === "tags" ? purpose : null}
      />
      <Standing node={node} asked={purpose === "revoke" || purpose === "remove" ? purpose : null} />
    </section>
  );
}

function standing(how: TrustView["standing"]): string {
  switch (how) {
    case "accepted":
      return t("accepted");
    case "held":
      return t("held: it may not come in");
    case "revoked":
      return t("revoked: never again with this key");
  }
}

function howIn(trust: TrustView): string {
  if (trust.how === "local") return t("it is this Nexus’ own machine");
  if (trust.how === "shared_token") return t("with the shared token");
  return trust.via ? t("with the line “{{line}}”", { line: trust.via }) : t("with a join line");
}

function connection({ trust, local, state }: NodeView): string {
  if (trust.encrypted) return state === "offline" ? t("was encrypted (TLS)") : t("encrypted (TLS)");
  return local ? t("within this machine") : t("not encrypted");
}

/** What is wrong with its trust, and the way out, before everything else. */
function Warning({ node: { trust } }: { node: NodeView }) {
  const { t } = useTranslation();
  if (trust.standing === "held") {
    return (
      <Notice tone="problem" testId="trust-held">
        {t("Held: {{why}}", { why: trust.why ?? t("a person has to look at it first.") })}{" "}
        {t(
          "One of the two may be a copy that somebody made. Find out which machine is yours, give it a new key, and let it in again.",
        )}
      </Notice>
    );
  }
  if (trust.fingerprint === null) {
    return (
      <Notice tone="warning" testId="trust-shared">
        {t(
          "It shows the token that it shares with others, so nobody can tell it from another machine that has the token. A new key ends that.",
        )}
      </Notice>
    );
  }
  return null;
}
