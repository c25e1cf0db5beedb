/** How much waits for the operator's answer. Not here: what it is (features/join, features/approvals, features/jobs). */
import { usePending } from "../features/approvals/usePending";
import { openCauses } from "../state/alerts";
import { useAlerts, useJobs } from "../state/hooks";

/** Second yeses that somebody else may not say: this window's own asks are not counted. */
export function usePendingCount(): number {
  return usePending().filter(({ own }) => !own).length;
}

/** Jobs that wait at the end of a wave. */
export function useGateCount(): number {
  return useJobs((s) => s.jobs.filter(({ gate }) => gate !== null).length);
}

/** What is wrong right now, by likely cause: the count that stands at the bell and at Alerts. */
export function useAlertCount(): number {
  return useAlerts((s) => openCauses(s.board));
}
