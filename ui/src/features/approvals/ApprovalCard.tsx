/**
 * Somebody asks for a second yes: exactly what, exactly where, who wants it and until when. The answer is for this call
 * on these nodes and nothing else. What the Nexus refuses is told in the card.
 */
import { useState } from "react";
import type { ApprovalView } from "../../bridge/typesProof";
import { Button } from "../../components/Button";
import { ago, count, counted, remaining } from "../../components/format";
import { Notice } from "../../components/Notice";
import { useNow } from "../../components/useNow";
import { useConsole, useFleet } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Approval.module.css";

const MOST_NAMES = 6;

export function ApprovalCard({ approval }: { approval: ApprovalView }) {
  const { bridge } = useConsole();
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
    <li className={styles.card} data-testid="approval-card" aria-label={`${approval.askedBy} asks for ${name}`}>
      <div className={styles.head}>
        <b>
          <bdi>{approval.own ? "You ask" : `${approval.askedBy} asks`}</bdi>
        </b>
        <span className={styles.from}>
          {ago(approval.askedAt, now)} from <code>{approval.from}</code>
        </span>
        <em>{remaining(approval.expiresAt, now)} left</em>
      </div>
      <p className={styles.action}>
        <code>{name}</code>
        {approval.summary !== "" && <code className={styles.summary}>{approval.summary}</code>}
      </p>
      <Targets approval={approval} />
      <p className={styles.why}>
        Wanted by <bdi>{approval.rules.map((rule) => `“${rule}”`).join(", ")}</bdi>
        {!mine && approval.own && ". Somebody else has to say yes; then you run it with one click."}
      </p>
      <div className={styles.answers}>
        {mine && (
          <Button
            small
            look="primary"
            disabled={busy}
            onClick={() => void answer(() => bridge.approve(approval.id))}
            aria-label={`Approve ${name} on ${counted(approval.targets.length, "node")}`}
            data-testid="approve"
          >
            Approve
          </Button>
        )}
        <Button
          small
          disabled={busy}
          onClick={() => void answer(() => bridge.deny(approval.id))}
          aria-label={`${approval.own ? "Take it back:" : "Deny"} ${name} on ${counted(approval.targets.length, "node")}`}
          data-testid="deny"
        >
          {approval.own ? "Take it back" : "Deny"}
        </Button>
      </div>
      {problem && (
        <Notice tone="problem" testId="approval-problem">
          {problem}
        </Notice>
      )}
    </li>
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
      <dt>On</dt>
      <dd>
        <b>{counted(approval.targets.length, "node")}</b>{" "}
        <bdi>
          {names.slice(0, MOST_NAMES).join(", ")}
          {names.length > MOST_NAMES && ` and ${count(names.length - MOST_NAMES)} more`}
        </bdi>
      </dd>
      <dt>Bound to</dt>
      <dd>
        <code title="SHA-256 over who asks, the whole call and the nodes">{approval.hash}</code>
      </dd>
    </dl>
  );
}
