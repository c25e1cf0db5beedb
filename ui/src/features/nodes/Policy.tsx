/**
 * What a node allows, as it tells it: commands, files, limits, what holds them back, and what it granted for a time.
 * Not here: changing any of it; only the node itself can.
 */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PolicyView } from "../../bridge/types";
import { fullTime, remaining } from "../../components/format";
import { useNow } from "../../components/useNow";
import styles from "./Policy.module.css";

const MOST = 12;

export function Policy({ policy }: { policy: PolicyView | null }) {
  const { t } = useTranslation();
  return (
    <div className={styles.policy} data-testid="policy">
      <h2>{t("What it allows")}</h2>
      {policy === null ? (
        <p className={styles.quiet}>{t("It does not tell. Only the spore on it knows.")}</p>
      ) : (
        <>
          <Grants grants={policy.grants} />
          <dl className={styles.list}>
            <Row name={t("Policy")}>{policy.name}</Row>
            <Row name={t("Commands")}>
              {policy.shell ? (
                t("any, in a shell")
              ) : (
                <Codes list={policy.commands.map(({ pattern }) => pattern)} none={t("none")} />
              )}
            </Row>
            <Row name={t("Methods")}>
              <Codes list={policy.methods} none={t("none")} />
            </Row>
            <Row name={t("Reads")}>
              <Codes list={policy.read} none={t("nothing")} />
            </Row>
            <Row name={t("Writes")}>
              <Codes list={policy.write} none={t("nothing")} />
            </Row>
            {policy.runAs !== null && <Row name={t("Runs as")}>{<code>{policy.runAs}</code>}</Row>}
            {policy.limits.length > 0 && <Row name={t("Limits")}>{policy.limits.join(" · ")}</Row>}
            <Row name={t("Held back by")}>{policy.sandbox || t("nothing")}</Row>
          </dl>
          {policy.cut && <p className={styles.quiet}>{t("Some lists are longer on the node.")}</p>}
          <p className={styles.quiet}>{t("Told by the node, which alone decides. Nothing here can widen it.")}</p>
        </>
      )}
    </div>
  );
}

/** What has ended by the clock is left out, also before the node says so. */
function Grants({ grants }: { grants: PolicyView["grants"] }) {
  const { t } = useTranslation();
  const now = useNow();
  const live = grants.filter(({ until }) => !(Date.parse(until) <= now));
  if (live.length === 0) return null;
  return (
    <ul className={styles.grants} aria-label={t("Granted for a time")}>
      {live.map((grant) => (
        <li key={grant.id} data-testid="grant">
          <code>{grant.what}</code>
          <span>{t("granted for a time")}</span>
          <em title={fullTime(grant.until)}>{t("{{time}} left", { time: remaining(grant.until, now) })}</em>
        </li>
      ))}
    </ul>
  );
}

function Codes({ list, none }: { list: readonly string[]; none: string }) {
  const { t } = useTranslation();
  if (list.length === 0) return none;
  return (
    <span className={styles.codes}>
      {list.slice(0, MOST).map((text) => (
        <code key={text}>{text}</code>
      ))}
      {list.length > MOST && <span>{t("and {{count}} more", { count: list.length - MOST })}</span>}
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
