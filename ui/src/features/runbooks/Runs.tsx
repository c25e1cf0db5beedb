/** Runs of runbooks, newest first: how far each is, step by step; a step leads to its job. */
import type { RunView, StepState } from "../../bridge/typesPlan";
import { Button } from "../../components/Button";
import { ago } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { useConsole, usePlans } from "../../state/hooks";
import { cancelRun } from "../../state/planCommands";
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
  const runs = usePlans((s) => s.runs);
  const now = useNow(10_000);
  if (runs.length === 0) return null;
  return (
    <section aria-labelledby="runs">
      <h2 className={styles.heading} id="runs">
        Runs
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
        <code>{run.runbook}</code> <span className={styles.inline}>version {run.version}</span>
      </span>
      <ol className={styles.steps} aria-label="Steps">
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
            <span className="visually-hidden">{step.state}</span>
          </li>
        ))}
      </ol>
      <span className={styles.inline}>
        {run.state}
        {run.reason === null ? "" : `: ${run.reason}`} · {run.asker} · {ago(run.startedAt, now)}
      </span>
      {run.state === "running" ? (
        <Button small onClick={() => void cancelRun(console, run.id)} data-testid="run-cancel">
          Cancel
        </Button>
      ) : (
        <span />
      )}
    </li>
  );
}
