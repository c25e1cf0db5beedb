/** Runs of runbooks, newest first: how far each is, step by step; a step leads to its job. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { RunView, StepState } from "../../bridge/types";
import { ago } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { useConsole, usePlans } from "../../state/hooks";
import { cancelRun } from "../../state/planCommands";
import { usePersonWord } from "../../state/viewer";
import styles from "./Runbooks.module.css";

const MOST_RUNS = 50;
const STEP_MARKS: Record<StepState, MarkKind> = {
  pending: "offline",
  running: "activity",
  succeeded: "online",
  failed: "critical",
  skipped: "offline",
};

export function Runs() {
  const { t } = useTranslation();
  const runs = usePlans((s) => s.runs);
  const now = useNow(10_000);
  if (runs.length === 0) return null;
  return (
    <section aria-labelledby="runs">
      <h2 className={styles.heading} id="runs">
        {t("Runs")}
      </h2>
      <ul className={styles.rows}>
        {runs.slice(0, MOST_RUNS).map((run) => (
          <Run key={run.id} run={run} now={now} />
        ))}
      </ul>
    </section>
  );
}

function Run({ run, now }: { run: RunView; now: number }) {
  const who = usePersonWord();
  const { t } = useTranslation();
  const console = useConsole();
  return (
    <li className={styles.run} data-testid="run-row" data-state={run.state}>
      <StatusMark
        kind={
          run.state === "running" || run.state === "stopping"
            ? "activity"
            : run.state === "failed"
              ? "critical"
              : run.state === "succeeded"
                ? "online"
                : "offline"
        }
        size={11}
      />
      <span>
        <code>{run.runbook}</code> <span className={styles.inline}>{t("version {{n}}", { n: run.version })}</span>
      </span>
      <ol className={styles.steps} aria-label={t("Steps")}>
        {run.steps.map((step) => (
          <li key={step.name} data-state={step.state}>
            <StatusMark kind={STEP_MARKS[step.state]} size={9} />
            {step.jobId === null ? (
              step.name
            ) : (
              <button type="button" onClick={() => console.ui.getState().showJob(step.jobId as string)}>
                {step.name}
              </button>
            )}
            <span className="visually-hidden">{stepWord(step.state, t)}</span>
          </li>
        ))}
      </ol>
      <span className={styles.inline}>
        {runWord(run.state, t)}
        {run.reason === null ? "" : `: ${run.reason}`} · {who(run.asker)} · {ago(run.startedAt, now)}
      </span>
      {run.state === "running" ? (
        <AskButton asks="cancelRun" small onClick={() => void cancelRun(console, run.id)} data-testid="run-cancel">
          {t("Cancel")}
        </AskButton>
      ) : (
        <span />
      )}
    </li>
  );
}

function runWord(state: RunView["state"], t: TFunction): string {
  const words: { [state in RunView["state"]]: string } = {
    running: t("running"),
    stopping: t("stopping"),
    succeeded: t("succeeded"),
    failed: t("failed"),
    cancelled: t("cancelled"),
  };
  return words[state];
}

function stepWord(state: StepState, t: TFunction): string {
  const words: { [state in StepState]: string } = {
    pending: t("pending"),
    running: t("running"),
    succeeded: t("succeeded"),
    failed: t("failed"),
    skipped: t("skipped"),
  };
  return words[state];
}
