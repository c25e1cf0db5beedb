/**
 * Progress by outcome as one thin segmented bar: what went well, what failed, what nobody knows (striped, because it
 * is no failure), what runs and what waits. Not here: the words beside it.
 */

import { t } from "../i18n";
import styles from "./OutcomeBar.module.css";
import { type OutcomeName, outcomeWord } from "./outcomes";

export type ByOutcome = Record<OutcomeName, number>;

type OutcomeBarProps = { by: ByOutcome; total: number; label: string; tall?: boolean; testId?: string };

export function OutcomeBar({ by, total, label, tall = false, testId }: OutcomeBarProps) {
  const parts = [
    ["good", by.succeeded],
    ["bad", by.failed],
    ["unsure", by.unknown],
    ["quiet", by.cancelled + by.skipped],
    ["running", by.running + by.stopping],
  ] as const;
  const done = by.succeeded + by.failed + by.unknown + by.cancelled + by.skipped;
  return (
    <div
      className={`${styles.bar} ${tall ? styles.tall : ""}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(done, total)}
      aria-valuetext={told(by, total)}
      data-testid={testId}
    >
      {parts.map(
        ([tone, n]) =>
          n > 0 && <i key={tone} className={styles[tone]} style={{ width: `${(100 * n) / Math.max(1, total)}%` }} />,
      )}
    </div>
  );
}

function told(by: ByOutcome, total: number): string {
  const words = Object.entries(by).filter(([, n]) => n > 0);
  if (words.length === 0) return t("0 of {{total}}", { total });
  return words.map(([outcome, n]) => `${n} ${outcomeWord(outcome as OutcomeName)}`).join(", ");
}
