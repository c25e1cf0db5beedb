/**
 * A job in short, in the side panel of the map: progress by outcome, the gate, and its attempts with the most urgent
 * first. A row opens the node and its output. Not here: output in groups and all targets (the job's page).
 */
import { ArrowLeft, Maximize2, X } from "lucide-react";
import { AskButton } from "../../asking/AskButton";
import { IconButton } from "../../components/Button";
import { count, seconds } from "../../components/format";
import { OutcomeBar } from "../../components/OutcomeBar";
import { outcomeWord } from "../../components/outcomes";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import type { Execution } from "../../state/executions";
import { useConsole, useExecutionsAndOutput, useJobs } from "../../state/hooks";
import { control } from "../../state/jobCommands";
import { isOver, OUTCOMES, type Outcome, outcomeOf, progressOf, titleOf } from "../../state/jobs";
import { Gate } from "./Gate";
import styles from "./JobPanel.module.css";
import { whereOf } from "./words";

const MOST_ROWS = 60;
const MARKS: Record<Outcome, MarkKind> = {
  unknown: "critical",
  failed: "critical",
  stopping: "activity",
  running: "activity",
  waiting: "offline",
  cancelled: "offline",
  skipped: "offline",
  succeeded: "online",
};

export function JobPanel({ id }: { id: string }) {
  const console = useConsole();
  useExecutionsAndOutput();
  const job = useJobs((s) => s.jobs.find((one) => one.id === id));
  if (!job) return null;
  const progress = progressOf(job);
  const groups = grouped(console.executions.ofJob(id));
  const { ui } = console;
  return (
    <div className={styles.panel} data-testid="job-results">
      <div className={styles.head}>
        <div className={styles.title}>
          <IconButton label={t("Back")} className={styles.back ?? ""} onClick={() => ui.getState().set({ job: null })}>
            <ArrowLeft size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
          <h1>
            <bdi>{titleOf(job)}</bdi>
          </h1>
          {!isOver(job) && (
            <AskButton
              asks="controlJob"
              small
              onClick={() => void control(console, id, "cancel")}
              disabled={job.state === "stopping"}
              data-testid="stop-all"
            >
              {t("Cancel")}
            </AskButton>
          )}
          <IconButton
            label={t("Open the job")}
            className={styles.close ?? ""}
            onClick={() => {
              ui.getState().go("jobs");
              ui.getState().showJob(id);
            }}
            data-testid="open-job"
          >
            <Maximize2 size={14} strokeWidth={1.6} aria-hidden="true" />
          </IconButton>
          <IconButton label={t("Close")} className={styles.close ?? ""} onClick={() => ui.getState().closePanel()}>
            <X size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
        </div>
        <p className={styles.sub}>
          <bdi>
            {[
              job.summary,
              whereOf(job),
              t("{{done}} of {{total}} done", { done: progress.done, total: progress.total }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </bdi>
        </p>
        <OutcomeBar by={progress.by} total={progress.total} label={t("Progress")} testId="job-progress" />
        <Gate job={job} />
        {job.reason !== null && isOver(job) && <p className={styles.reason}>{job.reason}</p>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.results} tabIndex={0} aria-label={t("Results")}>
        {OUTCOMES.map((outcome) => {
          const n = progress.by[outcome];
          return n === 0 ? null : (
            <OutcomeGroup key={outcome} outcome={outcome} count={n} list={groups.get(outcome) ?? []} />
          );
        })}
      </section>
    </div>
  );
}

function OutcomeGroup({ outcome, count: n, list }: { outcome: Outcome; count: number; list: readonly Execution[] }) {
  const shown = list.slice(0, MOST_ROWS);
  return (
    <section
      aria-label={outcome === "unknown" ? t("outcome unknown") : outcomeWord(outcome)}
      data-testid={`outcome-${outcome}`}
    >
      <div className={styles.outcome}>
        <StatusMark kind={MARKS[outcome]} size={10} />
        <span>
          <b>{count(n)}</b> {outcome === "unknown" ? t("outcome unknown") : outcomeWord(outcome)}
        </span>
      </div>
      {shown.map((execution) => (
        <Result key={execution.view.id} execution={execution} />
      ))}
      {shown.length > 0 && n > shown.length && (
        <p className={styles.more}>{t("and {{count}} more nodes", { count: n - shown.length })}</p>
      )}
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

/** The last attempt of each target that this window knows of. */
function grouped(attempts: readonly Execution[]): Map<Outcome, Execution[]> {
  const last = new Map<number | string, Execution>();
  for (const execution of attempts) {
    const key = execution.view.targetIndex ?? execution.view.id;
    const known = last.get(key);
    if (!known || known.view.attempt <= execution.view.attempt) last.set(key, execution);
  }
  const groups = new Map<Outcome, Execution[]>();
  for (const execution of last.values()) {
    const outcome = outcomeOf(execution.view.state);
    const list = groups.get(outcome);
    if (list) list.push(execution);
    else groups.set(outcome, [execution]);
  }
  return groups;
}
