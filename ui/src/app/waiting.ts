/** How much waits for the operator's answer. Not here: what it is (features/join, features/approvals). */
import { usePending } from "../features/approvals/usePending";

/** Second yeses that somebody else may not say: this window's own asks are not counted. */
export function usePendingCount(): number {
  return usePending().filter(({ own }) => !own).length;
}
