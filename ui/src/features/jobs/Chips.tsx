/** How many targets are in which state; pressing one shows only these. */
import type { JobView, TargetState } from "../../bridge/types";
import { count } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import styles from "./RunPage.module.css";
import { TARGET_ORDER, targetMark, targetWord } from "./words";

type ChipsProps = { job: JobView; chosen: ReadonlySet<TargetState>; onToggle(state: TargetState): void };

export function Chips({ job, chosen, onToggle }: ChipsProps) {
  const present = TARGET_ORDER.filter((state) => (job.counts[state] ?? 0) > 0 || chosen.has(state));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a box and a legend that a toolbar does not want
    <div className={styles.chips} role="group" aria-label={t("Targets by state")}>
      {present.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={chosen.has(state)}
          className={styles.chip}
          onClick={() => onToggle(state)}
          data-testid={`chip-${state}`}
        >
          <StatusMark kind={targetMark(state)} size={10} />
          <b>{count(job.counts[state] ?? 0)}</b> {targetWord(state)}
        </button>
      ))}
    </div>
  );
}
