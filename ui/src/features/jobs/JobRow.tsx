/** One job in a list: how it stands, what it is, where from, and how far it is by outcome. */
import type { JobView } from "../../bridge/types";
import { ago, count } from "../../components/format";
import { OutcomeBar } from "../../components/OutcomeBar";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { isOver, progressOf, titleOf } from "../../state/jobs";
import { usePersonWord } from "../../state/viewer";
import styles from "./JobList.module.css";
import { jobMark, jobWord, originWord, whereOf } from "./words";

type JobRowProps = { job: JobView; top: number; now: number; onOpen(job: JobView): void };

export function JobRow({ job, top, now, onOpen }: JobRowProps) {
  const who = usePersonWord();
  const { by, done, total } = progressOf(job);
  const bad = [
    by.failed > 0 ? t("{{n}} failed", { n: by.failed }) : "",
    by.unknown > 0 ? t("{{n}} unknown", { n: by.unknown }) : "",
  ].filter(Boolean);
  const calm = job.state === "succeeded" || job.state === "cancelled" || job.state === "running";
  return (
    <button
      type="button"
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onOpen(job)}
      data-testid="job-row"
      data-job={job.id}
      data-state={job.state}
    >
      <StatusMark kind={jobMark(job)} size={11} />
      <span className={styles.title}>
        {job.label === "" ? (
          <code>
            {job.skill}.{job.method}
          </code>
        ) : (
          <b>
            <bdi>{titleOf(job)}</bdi>
          </b>
        )}
        <bdi className={styles.summary}>{job.summary}</bdi>
      </span>
      <span className={styles.where}>
        <bdi>{whereOf(job)}</bdi>
      </span>
      <span className={styles.who}>
        <bdi>{job.origin === null ? who(job.asker) : `${originWord(job.origin.kind)} ${job.origin.name}`}</bdi>
      </span>
      <span className={styles.progress}>
        <OutcomeBar by={by} total={total} label={t("Progress of {{job}}", { job: titleOf(job) })} />
        <span>
          {isOver(job) ? count(total) : `${count(done)} / ${count(total)}`}
          {bad.length > 0 && <em> · {bad.join(" · ")}</em>}
        </span>
      </span>
      <span className={`${styles.word} ${calm ? "" : styles.loud}`}>{jobWord(job)}</span>
      <span className={styles.when}>{ago(job.submittedAt, now)}</span>
    </button>
  );
}
