/**
 * What a node allows, as it tells it: commands, files, limits, what holds them back, and what it granted for a time.
 * Not here: changing any of it; only the node itself can.
 */
import type { ReactNode } from "react";
import type { PolicyView } from "../../bridge/typesTrust";
import { fullTime, remaining } from "../../components/format";
import { useNow } from "../../components/useNow";
import styles from "./Policy.module.css";

const MOST = 12;

export function Policy({ policy }: { policy: PolicyView | null }) {
  return (
    <div className={styles.policy} data-testid="policy">
      <h2>What it allows</h2>
      {policy === null ? (
        <p className={styles.quiet}>It does not tell. Only the spore on it knows.</p>
      ) : (
        <>
          <Grants grants={policy.grants} />
          <dl className={styles.list}>
            <Row name="Policy">{policy.name}</Row>
            <Row name="Commands">
              {policy.shell ? (
                "any, in a shell"
              ) : (
                <Codes list={policy.commands.map(({ pattern }) => pattern)} none="none" />
              )}
            </Row>
            <Row name="Methods">
              <Codes list={policy.methods} none="none" />
            </Row>
            <Row name="Reads">
              <Codes list={policy.read} none="nothing" />
            </Row>
            <Row name="Writes">
              <Codes list={policy.write} none="nothing" />
            </Row>
            {policy.runAs !== null && <Row name="Runs as">{<code>{policy.runAs}</code>}</Row>}
            {policy.limits.length > 0 && <Row name="Limits">{policy.limits.join(" · ")}</Row>}
            <Row name="Held back by">{policy.sandbox || "nothing"}</Row>
          </dl>
          {policy.cut && <p className={styles.quiet}>Some lists are longer on the node.</p>}
          <p className={styles.quiet}>Told by the node, which alone decides. Nothing here can widen it.</p>
        </>
      )}
    </div>
  );
}

/** What has ended by the clock is left out, also before the node says so. */
function Grants({ grants }: { grants: PolicyView["grants"] }) {
  const now = useNow();
  const live = grants.filter(({ until }) => !(Date.parse(until) <= now));
  if (live.length === 0) return null;
  return (
    <ul className={styles.grants} aria-label="Granted for a time">
      {live.map((grant) => (
        <li key={grant.id} data-testid="grant">
          <code>{grant.what}</code>
          <span>granted for a time</span>
          <em title={fullTime(grant.until)}>{remaining(grant.until, now)} left</em>
        </li>
      ))}
    </ul>
  );
}

function Codes({ list, none }: { list: readonly string[]; none: string }) {
  if (list.length === 0) return none;
  return (
    <span className={styles.codes}>
      {list.slice(0, MOST).map((text) => (
        <code key={text}>{text}</code>
      ))}
      {list.length > MOST && <span>and {list.length - MOST} more</span>}
    </span>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
