/** The first few second yeses that are asked for, for the narrow panel; the page has them all. */
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import styles from "./Approval.module.css";
import { ApprovalCard } from "./ApprovalCard";
import { usePending } from "./usePending";

const MOST = 2;

export function ApprovalsShort() {
  const { ui } = useConsole();
  const pending = usePending();
  if (pending.length === 0) return null;
  return (
    <ul className={styles.narrow} data-testid="approvals-short">
      {pending.slice(0, MOST).map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} />
      ))}
      {pending.length > MOST && (
        <li>
          <Button look="bare" onClick={() => ui.getState().go("approvals")}>
            {t("{{count}} more approvals", { count: pending.length - MOST })}
          </Button>
        </li>
      )}
    </ul>
  );
}
