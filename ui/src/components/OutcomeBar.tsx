/**
 * Progress by outcome as one thin segmented bar: what went well, what failed, what nobody knows (striped, because it
 * is no failure), what runs and what waits. Not here: the words beside it.
 */
import styles from "./OutcomeBar.module.css";

export type ByOutcome = {
  succeeded: number;
  failed: number;
  unknown: number;
  running: number;
  stopping: number;
  waiting: number;
  cancelled: number;
  skipped: number;
};

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
  return words.length === 0 ? `0 of ${total}` : words.map(([word, n]) => `${n} ${word}`).join(", ");
}
