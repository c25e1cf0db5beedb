/** The head of a job's page: what it is, who asked, where from, since and until when, on which frozen list. */
import { ArrowLeft, SquareArrowOutUpRight } from "lucide-react";
import type { JobView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { ago, count, fullTime, remaining, seconds } from "../../components/format";
import { OutcomeBar } from "../../components/OutcomeBar";
import { Pill } from "../../components/Pill";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole } from "../../state/hooks";
import { isOver, progressOf, titleOf } from "../../state/jobs";
import { isYou, personWord, useViewer } from "../../state/viewer";
import { Controls } from "./Controls";
import { Gate } from "./Gate";
import styles from "./RunPage.module.css";
import { Waves } from "./Waves";
import { jobMark, jobWord } from "./words";

export function RunHead({ job, alone }: { job: JobView; alone: boolean }) {
  const { ui, bridge } = useConsole();
  const { by, done, total } = progressOf(job);
  const quiet = job.reason !== null && job.wave !== null && job.state === "paused";
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        {!alone && (
          <IconButton
            label={t("All jobs")}
            className={styles.back ?? ""}
            onClick={() => ui.getState().set({ job: null, open: null })}
            data-testid="run-back"
          >
            <ArrowLeft size={16} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
        )}
        <h1>
          <bdi>{titleOf(job)}</bdi>
        </h1>
        <Pill kind={jobMark(job)} testId="job-state">
          {jobWord(job)}
        </Pill>
        <span className={styles.space} />
        <Controls job={job} />
        {!alone && (
          <IconButton
            label={t("Open in a window of its own")}
            onClick={() => void bridge.openWindow(`job/${job.id}`)}
            data-testid="run-window"
          >
            <SquareArrowOutUpRight size={15} strokeWidth={1.5} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <Facts job={job} />
      {job.reason !== null && !quiet && (
        <p className={styles.reason} data-testid="job-reason">
          {job.held && `${t("Everything is stopped; nothing of it is sent.")} `}
          {job.reason}
        </p>
      )}
      <div className={styles.progress}>
        <OutcomeBar by={by} total={total} label={t("Progress")} tall />
        <span>{phrase("<done/> of {{count}} targets", { done: <b>{count(done)}</b> }, { count: total })}</span>
      </div>
      <Waves job={job} />
      <Gate job={job} />
    </header>
  );
}

/** Quiet words, one after the other; what does not apply is not told. */
function Facts({ job }: { job: JobView }) {
  const now = useNow(10_000);
  const viewer = useViewer();
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
        {isYou(viewer, job.asker)
          ? t("asked by you")
          : phrase("asked by <who/>", { who: <bdi>{personWord(viewer, job.asker)}</bdi> })}
      </span>
      {job.origin !== null && <span>{cameFrom(job.origin)}</span>}
      <span title={fullTime(job.submittedAt)}>{ago(job.submittedAt, now)}</span>
      {Number.isFinite(length) && <span>{t("took {{time}}", { time: seconds(length) })}</span>}
      {waits && <span>{t("waits for nodes, {{when}} left", { when: remaining(job.expiresAt ?? "", now) })}</span>}
      {job.concurrency > 0 && !isOver(job) && <span>{t("{{n}} at once", { n: job.concurrency })}</span>}
      {job.any !== null && <span>{t("on any {{n}}", { n: job.any })}</span>}
      <span>
        {job.target !== "" && <code>{job.target}</code>}{" "}
        <code className={styles.sha} title={t("SHA-256 of the frozen list: {{hash}}", { hash: job.targetsSha256 })}>
          {job.targetsSha256.slice(0, 8)}
        </code>
      </span>
    </p>
  );
}

type From = NonNullable<JobView["origin"]>;

function cameFrom(from: From) {
  const origin = <Origin origin={from} />;
  switch (from.kind) {
    case "rerun":
      return phrase("a rerun of <origin/>", { origin });
    case "schedule":
      return phrase("from the schedule <origin/>", { origin });
    case "runbook":
      return phrase("from the runbook <origin/>", { origin });
    case "source":
      return phrase("from the source <origin/>", { origin });
  }
}

/** Leads to where it came from, if that is in the console; a broker is not. */
function Origin({ origin }: { origin: From }) {
  const { ui } = useConsole();
  if (origin.kind === "source") {
    return <bdi title={t("Message {{id}}", { id: origin.id })}>{origin.name}</bdi>;
  }
  const go = () => {
    if (origin.kind === "rerun") ui.getState().showJob(origin.id);
    else ui.getState().set({ job: null, jobsTab: origin.kind === "schedule" ? "schedules" : "runbooks" });
  };
  return (
    <button type="button" className={styles.link} onClick={go}>
      <bdi>{origin.name || t("another job")}</bdi>
    </button>
  );
}
