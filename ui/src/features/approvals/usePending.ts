/** Second yeses that still wait, oldest first. What ends by itself leaves within seconds. */
import { useMemo } from "react";
import type { ApprovalView } from "../../bridge/types";
import { useNow } from "../../components/useNow";
import { isPending } from "../../state/approvals";
import { useApprovals } from "../../state/hooks";

export function usePending(): readonly ApprovalView[] {
  const approvals = useApprovals((s) => s.approvals);
  const now = useNow(5000);
  return useMemo(() => approvals.filter((approval) => isPending(approval, now)).reverse(), [approvals, now]);
}
