/**
 * The strip along the foot of the window: what runs right now, and whether everything is stopped. A press opens the
 * node with its output, or the job; the handle opens the dock with recent jobs and executions.
 */
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useState } from "react";
import type { JobView } from "../../bridge/types";
import { count, seconds } from "../../components/format";
import { OutcomeBar } from "../../components/OutcomeBar";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { useConsole, useExecutionsVersion, useJobs, useUi } from "../../state/hooks";
import { progressOf, titleOf } from "../../state/jobs";
import styles from "./JobStrip.module.css";
import { type Strip, type StripItem, stripOf } from "./strip";
import { jobWord } from "./words";

export function JobStrip() {
  const { executions, ui } = useConsole();
  useExecutionsVersion();
  const jobs = useJobs((s) => s.jobs);
  const held = useJobs((s) => s.stop?.held === true);
  const dock = useUi((s) => s.dock);
  const strip = stripOf(executions, jobs, Date.now());
  const Arrow = dock ? ChevronDown : ChevronUp;
  return (
    <section className={styles.strip} aria-label={t("Jobs")}>
      <button
        type="button"
        className={styles.handle}
        aria-expanded={dock}
        aria-controls="job-dock"
        onClick={() => ui.getState().set({ dock: !dock })}
        data-testid="dock-toggle"
      >
        <Arrow size={14} strokeWidth={1.5} aria-hidden="true" />
        {t("Jobs")}
      </button>
      {held && (
        <span className={styles.held} data-testid="strip-held">
          <StatusMark kind="critical" size={10} /> {t("Stopped: no job goes on")}
        </span>
      )}
      {strip.items.length === 0 ? (
        <span className={styles.quiet}>{t("Nothing is running.")}</span>
      ) : (
        <div className={styles.jobs}>
          {strip.items.map((item) => (
            <Item key={item.kind === "job" ? item.job.id : item.execution.view.id} item={item} />
          ))}
        </div>
      )}
      <span className={styles.space} />
      <span className={styles.quiet}>{summary(strip, executions.all.size)}</span>
    </section>
  );
}

function Item({ item }: { item: StripItem }) {
  const { ui } = useConsole();
  if (item.kind === "job") return <JobItem job={item.job} />;
  const { view } = item.execution;
  return (
    <button
      type="button"
      className={styles.job}
      onClick={() => ui.getState().showExecution(view.ordinal, view.id)}
      data-testid="strip-execution"
    >
      <span className={styles.dot} />
      <code>
        {view.skill}.{view.method}
      </code>
      <bdi>{view.nodeName}</bdi>
      <Clock from={view.submittedAt} />
    </button>
  );
}

function JobItem({ job }: { job: JobView }) {
  const { ui } = useConsole();
  const { by, done, total } = progressOf(job);
  return (
    <button type="button" className={styles.job} onClick={() => ui.getState().showJob(job.id)} data-testid="strip-job">
      {job.label === "" ? (
        <code>
          {job.skill}.{job.method}
        </code>
      ) : (
        <b>
          <bdi>{job.label}</bdi>
        </b>
      )}
      <span className={styles.bar}>
        <OutcomeBar by={by} total={total} label={t("Progress of {{job}}", { job: titleOf(job) })} />
      </span>
      <span>
        {count(done)} / {count(total)}
      </span>
      {(job.state !== "running" || job.held) && <span className={styles.state}>{jobWord(job).toLowerCase()}</span>}
    </button>
  );
}

function Clock({ from }: { from: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const ms = now - Date.parse(from);
  return <span className={styles.clock}>{Number.isFinite(ms) ? seconds(Math.max(0, ms)) : ""}</span>;
}

function summary(strip: Strip, known: number): string {
  const parts = [
    strip.more > 0 ? t("{{n}} more", { n: strip.more }) : "",
    strip.running > 0 ? t("{{n}} running", { n: strip.running }) : "",
    strip.waiting > 0 ? t("{{n}} waiting", { n: strip.waiting }) : "",
    strip.bad > 0 ? t("{{count}} jobs failed today", { count: strip.bad }) : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : known > 0 ? t("{{count}} executions", { count: known }) : "";
}
