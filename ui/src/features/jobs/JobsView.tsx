/**
 * The page of jobs: fan-outs started from this window on top, then every execution this console knows.
 * Also the dock, which is the same list over the map. Not here: output (the drawer shows it).
 */
import { X } from "lucide-react";
import { useMemo, useState } from "react";
import type { ExecutionView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { clockTime, count } from "../../components/format";
import { Segmented } from "../../components/Segmented";
import { StatusMark } from "../../components/StatusMark";
import { type Execution, isLive } from "../../state/executions";
import { useConsole, useExecutionsVersion, useJobs } from "../../state/hooks";
import { type Job, progressOf } from "../../state/jobs";
import { ExecutionList, type InWords } from "./ExecutionList";
import strip from "./JobStrip.module.css";
import styles from "./JobsView.module.css";

type Show = "all" | "live" | "bad";

export function JobsView({ inWords }: { inWords: InWords }) {
  const jobs = useJobs((s) => s.jobs);
  const [show, setShow] = useState<Show>("all");
  const executions = useNewestFirst(show);
  const open = useOpen();
  return (
    <div className={styles.page} data-testid="jobs-page">
      <div className={styles.head}>
        <h1>Jobs</h1>
        <Segmented<Show>
          label="Show"
          value={show}
          onChange={setShow}
          options={[
            { value: "all", label: "All" },
            { value: "live", label: "Running" },
            { value: "bad", label: "Failed or unknown" },
          ]}
        />
      </div>
      {jobs.length > 0 && (
        <>
          <h2 className={styles.heading}>On many nodes, from this window</h2>
          <div className={styles.jobs}>
            {jobs.map((job) => (
              <JobRow key={job.key} job={job} />
            ))}
          </div>
          <h2 className={styles.heading}>Executions</h2>
        </>
      )}
      <ExecutionList
        executions={executions}
        inWords={inWords}
        named
        empty={show === "all" ? "Nothing was run yet." : "None."}
        onOpen={open}
      />
    </div>
  );
}

export function JobDock({ inWords }: { inWords: InWords }) {
  const { ui } = useConsole();
  const executions = useNewestFirst("all");
  const open = useOpen();
  return (
    <section className={strip.dock} id="job-dock" aria-label="Recent executions" data-testid="job-dock">
      <div className={strip.dockHead}>
        <h2>Recent executions</h2>
        <IconButton label="Close" onClick={() => ui.getState().set({ dock: false })}>
          <X size={15} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      <ExecutionList executions={executions} inWords={inWords} named empty="Nothing was run yet." onOpen={open} />
    </section>
  );
}

function JobRow({ job }: { job: Job }) {
  const { executions, ui } = useConsole();
  useExecutionsVersion();
  const { done, total, failed, unknown } = progressOf(job, executions);
  const mark = done < total ? "activity" : failed + unknown > 0 ? "critical" : "online";
  return (
    <button type="button" className={styles.job} onClick={() => ui.getState().set({ job: job.key, open: null })}>
      <StatusMark kind={mark} size={11} />
      <span>
        <code>{job.title}</code> {job.summary} · {job.where} · {clockTime(job.startedAt)}
      </span>
      <span className={styles.bar}>
        <i style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </span>
      <span>
        {count(done)} / {count(total)}
        {failed > 0 && ` · ${count(failed)} failed`}
        {unknown > 0 && ` · ${count(unknown)} unknown`}
      </span>
    </button>
  );
}

function useNewestFirst(show: Show): Execution[] {
  const { executions } = useConsole();
  const version = useExecutionsVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the store holds
  return useMemo(() => {
    const bad = new Set(["failed", "timed_out", "unknown", "refused", "expired"]);
    const fits = (e: Execution) => show === "all" || (show === "live" ? isLive(e.view.state) : bad.has(e.view.state));
    return [...executions.all.values()].filter(fits).reverse();
  }, [executions, version, show]);
}

function useOpen(): (view: ExecutionView) => void {
  const { ui } = useConsole();
  return (view) => ui.getState().showExecution(view.ordinal, view.id);
}
