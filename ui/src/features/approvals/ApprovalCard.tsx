/**
 * Somebody asks for a second yes: exactly what, exactly where, who wants it and until when. The answer is for this call
 * on these nodes and nothing else. What the Nexus refuses is told in the card.
 */
import { useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { ApprovalView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { ago, remaining } from "../../components/format";
import { Notice } from "../../components/Notice";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole, useFleet } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Approval.module.css";

const MOST_NAMES = 6;

export function ApprovalCard({ approval }: { approval: ApprovalView }) {
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const answer = async (ask: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await ask();
    } catch (reason) {
      setProblem(problemText(reason));
    }
    setBusy(false);
  };
  // Some rules let the asker say it, on purpose: a second look instead of a second person.
  const mine = !approval.own || approval.by === "anyone";
  const name = `${approval.skill}.${approval.method}`;
  return (
    <li
      className={styles.card}
      data-testid="approval-card"
      aria-label={t("{{askedBy}} asks for {{name}}", { askedBy: approval.askedBy, name })}
    >
      <div className={styles.head}>
        <b>
          <bdi>{approval.own ? t("You ask") : t("{{askedBy}} asks", { askedBy: approval.askedBy })}</bdi>
        </b>
        <span className={styles.from}>
          {phrase("<when/> from <where/>", { when: ago(approval.askedAt, now), where: <code>{approval.from}</code> })}
        </span>
        <em>{t("{{when}} left", { when: remaining(approval.expiresAt, now) })}</em>
      </div>
      <p className={styles.action}>
        <code>{name}</code>
        {approval.summary !== "" && <code className={styles.summary}>{approval.summary}</code>}
      </p>
      <Targets approval={approval} />
      <p className={styles.why}>
        {phrase("Wanted by <rules/>", {
          rules: <bdi>{approval.rules.map((rule) => t("“{{name}}”", { name: rule })).join(", ")}</bdi>,
        })}
        {!mine && approval.own && `. ${t("Somebody else has to say yes; then you run it with one click.")}`}
      </p>
      <Answers approval={approval} mine={mine} busy={busy} answer={(ask) => void answer(ask)} />
      {problem && (
        <Notice tone="problem" testId="approval-problem">
          {problem}
        </Notice>
      )}
    </li>
  );
}

type AnswersProps = {
  approval: ApprovalView;
  mine: boolean;
  busy: boolean;
  answer(ask: () => Promise<void>): void;
};

function Answers({ approval, mine, busy, answer }: AnswersProps) {
  const { bridge } = useConsole();
  const name = `${approval.skill}.${approval.method}`;
  const count = approval.targets.length;
  return (
    <div className={styles.answers}>
      {mine && (
        <AskButton
          asks="approve"
          small
          look="primary"
          disabled={busy}
          onClick={() => answer(() => bridge.approve(approval.id))}
          aria-label={t("Approve {{name}} on {{count}} nodes", { name, count })}
          data-testid="approve"
        >
          {t("Approve")}
        </AskButton>
      )}
      <Button
        small
        disabled={busy}
        onClick={() => answer(() => bridge.deny(approval.id))}
        aria-label={
          approval.own
            ? t("Take it back: {{name}} on {{count}} nodes", { name, count })
            : t("Deny {{name}} on {{count}} nodes", { name, count })
        }
        data-testid="deny"
      >
        {approval.own ? t("Take it back") : t("Deny")}
      </Button>
    </div>
  );
}

function Targets({ approval }: { approval: ApprovalView }) {
  const { fleet, ui } = useConsole();
  useFleet((f) => f.versions.structure);
  const known = approval.targets.map((id) => fleet.ordinalOf(id)).filter((ordinal) => ordinal !== undefined);
  const names = known.map((ordinal) => fleet.node(ordinal)?.name ?? "");
  const light = (on: boolean) => ui.getState().set({ lit: on ? new Set(known) : null });
  return (
    <dl className={styles.bound} onPointerEnter={() => light(true)} onPointerLeave={() => light(false)}>
      <dt>{t("On")}</dt>
      <dd>
        <b>{t("{{count}} nodes", { count: approval.targets.length })}</b>{" "}
        <bdi>
          {names.slice(0, MOST_NAMES).join(", ")}
          {names.length > MOST_NAMES && ` ${t("and {{n}} more", { n: names.length - MOST_NAMES })}`}
        </bdi>
      </dd>
      <dt>{t("Bound to")}</dt>
      <dd>
        <code title={t("SHA-256 over who asks, the whole call and the nodes")}>{approval.hash}</code>
      </dd>
    </dl>
  );
}
