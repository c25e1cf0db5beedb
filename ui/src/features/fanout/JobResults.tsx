/**
 * What became of a job: progress, and its executions grouped by outcome with the most urgent first. A row opens the
 * node and its output. Not here: retrying; asking again is a new job, typed by the operator.
 */
import { ArrowLeft, X } from "lucide-react";
import { Button, IconButton } from "../../components/Button";
import { count, counted, seconds } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { stop } from "../../state/commands";
import { type Execution, isLive } from "../../state/executions";
import { useConsole, useExecutionsAndOutput, useJobs } from "../../state/hooks";
import { type Job, OUTCOMES, type Outcome, outcomeOf, progressOf } from "../../state/jobs";
import styles from "./ManyPanel.module.css";

const MOST_ROWS = 60;
const WORDS: Record<Outcome, string> = {
  unknown: "outcome unknown",
  failed: "failed",
  stopping: "stopping",
  running: "running",
  waiting: "waiting",
  cancelled: "cancelled",
  succeeded: "succeeded",
};
const MARKS: Record<Outcome, MarkKind> = {
  unknown: "critical",
  failed: "critical",
  stopping: "activity",
  running: "activity",
  waiting: "activity",
  cancelled: "offline",
  succeeded: "online",
};

export function JobResults({ jobKey }: { jobKey: string }) {
  const console = useConsole();
  useExecutionsAndOutput();
  const job = useJobs((s) => s.jobs.find((j) => j.key === jobKey));
  if (!job) return null;
  const progress = progressOf(job, console.executions);
  const groups = grouped(job, (id) => console.executions.get(id));
  const live = job.executions.filter((id) => isLive(console.executions.get(id)?.view.state ?? "succeeded"));
  return (
    <div className={styles.panel} data-testid="job-results">
      <div className={styles.head}>
        <div className={styles.title}>
          <IconButton
            label="Back"
            className={styles.back ?? ""}
            onClick={() => console.ui.getState().set({ job: null })}
          >
            <ArrowLeft size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
          <h1>{job.title}</h1>
          {live.length > 0 && (
            <Button small onClick={() => live.forEach((id) => void stop(console, id))} data-testid="stop-all">
              Stop all
            </Button>
          )}
          <IconButton label="Close" className={styles.close ?? ""} onClick={() => console.ui.getState().closePanel()}>
            <X size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
        </div>
        <p className={styles.sub}>
          <bdi>
            {[job.summary, job.where, `${count(progress.done)} of ${counted(progress.total, "node")} done`]
              .filter(Boolean)
              .join(" · ")}
          </bdi>
        </p>
      </div>
      <div
        className={styles.progress}
        role="progressbar"
        aria-label="Done"
        aria-valuemin={0}
        aria-valuemax={progress.total}
        aria-valuenow={progress.done}
      >
        <i style={{ width: `${progress.total === 0 ? 100 : (100 * progress.done) / progress.total}%` }} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.results} tabIndex={0} aria-label="Results">
        {OUTCOMES.map((outcome) => {
          const list = groups.get(outcome) ?? [];
          return list.length === 0 ? null : <OutcomeGroup key={outcome} outcome={outcome} list={list} />;
        })}
      </section>
    </div>
  );
}

function OutcomeGroup({ outcome, list }: { outcome: Outcome; list: Execution[] }) {
  return (
    <section aria-label={WORDS[outcome]} data-testid={`outcome-${outcome}`}>
      <div className={styles.outcome}>
        <StatusMark kind={MARKS[outcome]} size={10} />
        <span>
          <b>{count(list.length)}</b> {WORDS[outcome]}
        </span>
      </div>
      {list.slice(0, MOST_ROWS).map((execution) => (
        <Result key={execution.view.id} execution={execution} />
      ))}
      {list.length > MOST_ROWS && <p className={styles.more}>and {counted(list.length - MOST_ROWS, "more node")}</p>}
    </section>
  );
}

function Result({ execution: { view, output } }: { execution: Execution }) {
  const { ui } = useConsole();
  const last = output.lines.findLast((line) => line.text.trim() !== "")?.text ?? "";
  return (
    <button
      type="button"
      className={styles.result}
      onClick={() => ui.getState().showExecution(view.ordinal, view.id)}
      data-testid="job-result"
    >
      <b>
        <bdi>{view.nodeName}</bdi>
      </b>
      <code>{view.error ?? last}</code>
      <em>{view.durationMs === null ? "" : seconds(view.durationMs)}</em>
    </button>
  );
}

function grouped(job: Job, find: (id: string) => Execution | undefined): Map<Outcome, Execution[]> {
  const groups = new Map<Outcome, Execution[]>();
  for (const id of job.executions) {
    const execution = find(id);
    if (!execution) continue;
    const outcome = outcomeOf(execution.view.state);
    const list = groups.get(outcome);
    if (list) list.push(execution);
    else groups.set(outcome, [execution]);
  }
  return groups;
}
