/** The head of a job's page: what it is, who asked, where from, since and until when, on which frozen list. */
import { ArrowLeft } from "lucide-react";
import type { JobView } from "../../bridge/typesJob";
import { IconButton } from "../../components/Button";
import { ago, counted, fullTime, remaining, seconds } from "../../components/format";
import { OutcomeBar } from "../../components/OutcomeBar";
import { Pill } from "../../components/Pill";
import { useNow } from "../../components/useNow";
import { useConsole } from "../../state/hooks";
import { askerOf, isOver, progressOf, titleOf } from "../../state/jobs";
import { Controls } from "./Controls";
import { Gate } from "./Gate";
import styles from "./RunPage.module.css";
import { Waves } from "./Waves";
import { jobMark, jobWord } from "./words";

export function RunHead({ job }: { job: JobView }) {
  const { ui } = useConsole();
  const { by, done, total } = progressOf(job);
  const quiet = job.reason !== null && job.wave !== null && job.state === "paused";
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        <IconButton
          label="All jobs"
          className={styles.back ?? ""}
          onClick={() => ui.getState().set({ job: null, open: null })}
          data-testid="run-back"
        >
          <ArrowLeft size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
        <h1>
          <bdi>{titleOf(job)}</bdi>
        </h1>
        <Pill kind={jobMark(job)} testId="job-state">
          {jobWord(job)}
        </Pill>
        <span className={styles.space} />
        <Controls job={job} />
      </div>
      <Facts job={job} />
      {job.reason !== null && !quiet && (
        <p className={styles.reason} data-testid="job-reason">
          {job.held ? "Everything is stopped; nothing of it is sent. " : ""}
          {job.reason}
        </p>
      )}
      <div className={styles.progress}>
        <OutcomeBar by={by} total={total} label="Progress" tall />
        <span>
          <b>{done}</b> of {counted(total, "target")}
        </span>
      </div>
      <Waves job={job} />
      <Gate job={job} />
    </header>
  );
}

/** Quiet words, one after the other; what does not apply is not told. */
function Facts({ job }: { job: JobView }) {
  const now = useNow(10_000);
  const length = job.finishedAt === null ? Number.NaN : Date.parse(job.finishedAt) - Date.parse(job.submittedAt);
  const waits = !isOver(job) && job.expiresAt !== null && job.offline === "wait";
  return (
    <p className={styles.facts}>
      <span>
        <code>
          {job.skill}.{job.method}
        </code>
        {job.summary !== "" && <code className={styles.command}>{job.summary}</code>}
      </span>
      <span>
        asked by <bdi>{askerOf(job)}</bdi>
      </span>
      {job.origin !== null && (
        <span>
          {job.origin.kind === "rerun" ? "a rerun of" : `from the ${job.origin.kind}`} <Origin origin={job.origin} />
        </span>
      )}
      <span title={fullTime(job.submittedAt)}>{ago(job.submittedAt, now)}</span>
      {Number.isFinite(length) && <span>took {seconds(length)}</span>}
      {waits && <span>waits for nodes, {remaining(job.expiresAt ?? "", now)} left</span>}
      {job.concurrency > 0 && !isOver(job) && <span>{job.concurrency} at once</span>}
      {job.any !== null && <span>on any {job.any}</span>}
      <span>
        {job.target !== "" && <code>{job.target}</code>}{" "}
        <code className={styles.sha} title={`SHA-256 of the frozen list: ${job.targetsSha256}`}>
          {job.targetsSha256.slice(0, 8)}
        </code>
      </span>
    </p>
  );
}

/** Leads to where it came from. */
function Origin({ origin }: { origin: NonNullable<JobView["origin"]> }) {
  const { ui } = useConsole();
  const go = () => {
    if (origin.kind === "rerun") ui.getState().showJob(origin.id);
    else ui.getState().set({ job: null, jobsTab: origin.kind === "schedule" ? "schedules" : "runbooks" });
  };
  return (
    <button type="button" className={styles.link} onClick={go}>
      <bdi>{origin.name || "another job"}</bdi>
    </button>
  );
}
