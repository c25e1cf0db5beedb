/** The question at the end of a wave: go on, or end it here. Shown wherever the job is. */

import { AskButton } from "../../asking/AskButton";
import type { JobView } from "../../bridge/types";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { control } from "../../state/jobCommands";
import styles from "./Gate.module.css";
import { outcomesSoFar } from "./words";

export function Gate({ job }: { job: JobView }) {
  const console = useConsole();
  const { gate } = job;
  if (gate === null || job.wave === null) return null;
  const next = (job.wave.ends[gate] ?? job.total) - (job.wave.ends[gate - 1] ?? 0);
  return (
    <section className={styles.gate} aria-label={t("Gate")} data-testid="gate">
      <p>
        <b>{t("Wave {{gate}} of {{waves}} is done:", { gate, waves: job.wave.of })}</b> {outcomesSoFar(job)}.{" "}
        {t("The next one is {{count}} nodes.", { count: next })}
      </p>
      <AskButton
        asks="controlJob"
        small
        look="primary"
        onClick={() => void control(console, job.id, "resume")}
        disabled={job.held}
        data-testid="gate-continue"
      >
        {t("Continue")}
      </AskButton>
      <AskButton
        asks="controlJob"
        small
        onClick={() => void control(console, job.id, "cancel")}
        data-testid="gate-cancel"
      >
        {t("Cancel")}
      </AskButton>
    </section>
  );
}
