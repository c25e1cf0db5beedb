/**
 * What was asked for in this form and needs a second yes: it says so, and once there is one, a click runs it as it was
 * asked. Not here: answering (somebody else does).
 */

import { AskButton } from "../../asking/AskButton";
import { Button } from "../../components/Button";
import { remaining } from "../../components/format";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { type Ask, isPending } from "../../state/approvals";
import { runApproved } from "../../state/commands";
import { useApprovals, useConsole } from "../../state/hooks";
import styles from "./Approval.module.css";

/** `node`: of this one's form; null: of the form for many. */
export function Asks({ node }: { node: string | null }) {
  const asks = useApprovals((s) => s.asks);
  const own = asks.filter(({ nodes, job }) => (node === null ? job !== null : job === null && nodes[0] === node));
  if (own.length === 0) return null;
  return (
    <div className={styles.asks} role="status">
      {own.map((ask) => (
        <OneAsk key={ask.approval} ask={ask} />
      ))}
    </div>
  );
}

function OneAsk({ ask }: { ask: Ask }) {
  const console = useConsole();
  const now = useNow();
  const approval = useApprovals((s) => s.approvals.find(({ id }) => id === ask.approval));
  const state = approval?.state ?? "pending";
  const waits = approval === undefined || isPending(approval, now);
  const forget = () => console.approvals.getState().forget(ask.approval);
  return (
    <div className={styles.ask} data-testid="ask" data-state={waits ? "pending" : state}>
      <div>
        <b>
          {waits
            ? t("This needs a second yes")
            : state === "approved"
              ? t("{{name}} said yes", { name: approval?.decidedBy ?? t("Somebody") })
              : state === "denied"
                ? t("{{name}} said no", { name: approval?.decidedBy ?? t("Somebody") })
                : t("Nobody answered in time")}
        </b>
        <code>{ask.call.summary || `${ask.call.skill}.${ask.call.method}`}</code>
        {ask.job !== null &&
          ` ${ask.where ? t("on {{where}}", { where: ask.where }) : t("on {{count}} nodes", { count: ask.nodes.length })}`}
        {waits && approval && ` · ${t("{{when}} left", { when: remaining(approval.expiresAt, now) })}`}
      </div>
      {state === "approved" ? (
        <AskButton
          asks="submitJob"
          small
          look="primary"
          onClick={() => void runApproved(console, ask)}
          data-testid="run-approved"
        >
          {t("Run now")}
        </AskButton>
      ) : waits ? (
        <Button small onClick={() => console.ui.getState().go("approvals")}>
          {t("Approvals")}
        </Button>
      ) : (
        <Button small look="bare" onClick={forget}>
          {t("Dismiss")}
        </Button>
      )}
    </div>
  );
}
