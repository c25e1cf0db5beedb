/**
 * The strip along the foot of the window: what runs right now. A press opens the node with its output, or the job's
 * results; the handle opens the dock with recent executions.
 */
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useState } from "react";
import { count, counted, seconds } from "../../components/format";
import { useConsole, useExecutionsVersion, useJobs, useUi } from "../../state/hooks";
import styles from "./JobStrip.module.css";
import { type StripItem, stripOf } from "./strip";

export function JobStrip() {
  const { executions, ui } = useConsole();
  useExecutionsVersion();
  const jobs = useJobs((s) => s.jobs);
  const dock = useUi((s) => s.dock);
  const strip = stripOf(executions, jobs);
  const Arrow = dock ? ChevronDown : ChevronUp;
  return (
    <section className={styles.strip} aria-label="Jobs">
      <button
        type="button"
        className={styles.handle}
        aria-expanded={dock}
        aria-controls="job-dock"
        onClick={() => ui.getState().set({ dock: !dock })}
        data-testid="dock-toggle"
      >
        <Arrow size={14} strokeWidth={1.5} aria-hidden="true" />
        Jobs
      </button>
      {strip.items.length === 0 ? (
        <span className={styles.quiet}>Nothing is running.</span>
      ) : (
        <div className={styles.jobs}>
          {strip.items.map((item) => (
            <Item key={item.kind === "job" ? item.job.key : item.execution.view.id} item={item} />
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
  if (item.kind === "job") {
    const { job, done, total } = item;
    return (
      <button
        type="button"
        className={styles.job}
        onClick={() => ui.getState().set({ job: job.key, open: null })}
        data-testid="strip-job"
      >
        <code>{job.title}</code> <span>{job.where}</span>
        <span className={styles.bar}>
          <i style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
        </span>
        <span>
          {count(done)} / {count(total)}
        </span>
      </button>
    );
  }
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

function Clock({ from }: { from: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const ms = now - Date.parse(from);
  return <span className={styles.clock}>{Number.isFinite(ms) ? seconds(Math.max(0, ms)) : ""}</span>;
}

function summary(strip: { running: number; waiting: number; more: number }, known: number): string {
  const parts = [
    strip.more > 0 ? `${count(strip.more)} more` : "",
    strip.running > 0 ? `${count(strip.running)} running` : "",
    strip.waiting > 0 ? `${count(strip.waiting)} waiting` : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : known > 0 ? counted(known, "execution") : "";
}
