/** The page of second yeses: what waits for one, the rules that want them, and how earlier ones were answered. */
import type { ApprovalView } from "../../bridge/types";
import { ago, count } from "../../components/format";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { isPending } from "../../state/approvals";
import { useApprovals } from "../../state/hooks";
import { usePersonWord } from "../../state/viewer";
import styles from "./Approval.module.css";
import { ApprovalCard } from "./ApprovalCard";
import page from "./ApprovalsView.module.css";
import { Rules } from "./Rules";
import { usePending } from "./usePending";

const MOST_EARLIER = 40;
const WORDS: Record<ApprovalView["state"], () => string> = {
  pending: () => t("nobody answered"),
  approved: () => t("yes, not used yet"),
  denied: () => t("no"),
  used: () => t("yes, and run"),
  expired: () => t("nobody answered"),
};

export function ApprovalsView() {
  const who = usePersonWord();
  const pending = usePending();
  const now = useNow(10_000);
  const approvals = useApprovals((s) => s.approvals);
  const earlier = approvals.filter((approval) => !isPending(approval, now)).slice(0, MOST_EARLIER);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={page.page} tabIndex={0} aria-label={t("Approvals")} data-testid="approvals-page">
      <div className={page.column}>
        <h1>{t("Approvals")}</h1>
        <section aria-labelledby="pending-approvals">
          <h2 id="pending-approvals">
            {t("Waits for a second yes")} {pending.length > 0 && <em>{count(pending.length)}</em>}
          </h2>
          {pending.length === 0 ? (
            <p className={page.none}>
              {t("Nothing. What a rule below wants a second yes for stands here until somebody answers.")}
            </p>
          ) : (
            <ul className={styles.list}>
              {pending.map((approval) => (
                <ApprovalCard key={approval.id} approval={approval} />
              ))}
            </ul>
          )}
        </section>
        <Rules />
        {earlier.length > 0 && (
          <section aria-labelledby="earlier-approvals">
            <h2 id="earlier-approvals">{t("Earlier")}</h2>
            <ul className={page.rows}>
              {earlier.map((approval) => (
                <li key={approval.id} className={page.row} data-testid="earlier-approval">
                  <div>
                    <code>{approval.summary || `${approval.skill}.${approval.method}`}</code>
                    <span>
                      {phrase(
                        "<who/> on {{count}} nodes",
                        { who: <bdi>{approval.own ? t("you") : who(approval.askedBy)}</bdi> },
                        { count: approval.targets.length },
                      )}{" "}
                      · {ago(approval.askedAt, now)}
                    </span>
                  </div>
                  <span>
                    {WORDS[approval.state]()}
                    {approval.decidedBy !== null && (
                      <>
                        {" "}
                        · <bdi>{approval.decidedBy}</bdi>
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </section>
  );
}
