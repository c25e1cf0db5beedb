/**
 * The page of jobs: those under way and those that were, or one of them as a whole; beside them schedules, runbooks
 * and single executions. Also the dock, which is the short list over the map.
 * Not here: schedules and runbooks themselves (given by the caller), output (the drawer shows it).
 */
import { X } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { ExecutionView, JobView } from "../../bridge/types";
import { Button, IconButton } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import type { Execution } from "../../state/executions";
import { useConsole, useExecutionsVersion, useJobs, useUi } from "../../state/hooks";
import { isOver } from "../../state/jobs";
import { ExecutionList, type InWords } from "./ExecutionList";
import { JobList } from "./JobList";
import strip from "./JobStrip.module.css";
import styles from "./JobsView.module.css";
import { RunPage } from "./RunPage";
import { useOldJob } from "./useJob";

type Show = "all" | "live" | "bad" | "single";
const tabs = () =>
  [
    ["jobs", t("All")],
    ["schedules", t("Schedules")],
    ["runbooks", t("Runbooks")],
  ] as const;

type JobsViewProps = { inWords: InWords; schedules: ReactNode; runbooks: ReactNode };

export function JobsView({ inWords, schedules, runbooks }: JobsViewProps) {
  const { ui } = useConsole();
  const tab = useUi((s) => s.jobsTab);
  const shown = useUi((s) => s.job);
  const known = useJobs((s) => s.jobs.find(({ id }) => id === shown));
  const old = useOldJob(known === undefined ? shown : null);
  const job = known ?? old.job;
  if (tab === "jobs" && shown !== null)
    return (
      <div className={styles.page} data-testid="jobs-page">
        {job !== null ? <RunPage key={job.id} job={job} /> : <Missing problem={old.problem} />}
      </div>
    );
  return (
    <div className={styles.page} data-testid="jobs-page">
      <div className={styles.head}>
        <h1>{t("Jobs")}</h1>
        <nav className={styles.tabs} aria-label={t("Jobs")}>
          {tabs().map(([value, title]) => (
            <button
              key={value}
              type="button"
              aria-current={tab === value ? "page" : undefined}
              onClick={() => ui.getState().set({ jobsTab: value })}
              data-testid={`jobs-tab-${value}`}
            >
              {title}
            </button>
          ))}
        </nav>
      </div>
      {tab === "jobs" ? <Listed inWords={inWords} /> : tab === "schedules" ? schedules : runbooks}
    </div>
  );
}

/** A job that is read, or that cannot be. */
function Missing({ problem }: { problem: string | null }) {
  const { ui } = useConsole();
  return (
    <div className={styles.missing}>
      {problem === null ? (
        <p>{t("Reading the job…")}</p>
      ) : (
        <>
          <Notice tone="problem" testId="job-missing">
            {t("This job cannot be shown: {{problem}}", { problem })}
          </Notice>
          <Button onClick={() => ui.getState().set({ job: null })}>{t("All jobs")}</Button>
        </>
      )}
    </div>
  );
}

function Listed({ inWords }: { inWords: InWords }) {
  const { ui } = useConsole();
  const [show, setShow] = useState<Show>("all");
  const [words, setWords] = useState("");
  const all = useJobs((s) => s.jobs);
  const jobs = useMemo(() => all.filter((job) => fits(job, show, words)), [all, show, words]);
  return (
    <>
      <div className={styles.tools}>
        <Segmented<Show>
          label={t("Show")}
          value={show}
          onChange={setShow}
          options={[
            { value: "all", label: t("All") },
            { value: "live", label: t("Under way") },
            { value: "bad", label: t("Failed or unknown") },
            { value: "single", label: t("Single executions") },
          ]}
        />
        <span className={styles.space} />
        {show !== "single" && (
          <input
            className={styles.filter}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            placeholder={t("Filter by name, command, who, where")}
            aria-label={t("Filter jobs")}
            spellCheck={false}
            data-testid="job-filter"
          />
        )}
      </div>
      {show === "single" || (show === "all" && all.length === 0) ? (
        <Singles inWords={inWords} />
      ) : (
        <JobList
          jobs={jobs}
          empty={all.length > 0 ? t("No job fits.") : t("No job yet.")}
          onOpen={(job) => ui.getState().showJob(job.id)}
        />
      )}
    </>
  );
}

function Singles({ inWords }: { inWords: InWords }) {
  const executions = useNewestFirst();
  const open = useOpen();
  const empty = t("Nothing was run yet. Select some stars on the map and run a skill on them: that is a job.");
  return <ExecutionList executions={executions} inWords={inWords} named empty={empty} onOpen={open} />;
}

export function JobDock({ inWords }: { inWords: InWords }) {
  const { ui } = useConsole();
  const executions = useNewestFirst();
  const jobs = useJobs((s) => s.jobs);
  const open = useOpen();
  return (
    <section className={strip.dock} id="job-dock" aria-label={t("Recent jobs")} data-testid="job-dock">
      <div className={strip.dockHead}>
        <h2>{jobs.length > 0 ? t("Recent jobs and executions") : t("Recent executions")}</h2>
        <IconButton label={t("Close")} onClick={() => ui.getState().set({ dock: false })}>
          <X size={15} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      <div className={strip.dockParts}>
        {jobs.length > 0 && (
          <div className={strip.dockPart}>
            <JobList
              jobs={jobs}
              empty=""
              onOpen={(job) => {
                ui.getState().go("jobs");
                ui.getState().showJob(job.id);
                ui.getState().set({ dock: false });
              }}
            />
          </div>
        )}
        {(executions.length > 0 || jobs.length === 0) && (
          <div className={strip.dockPart}>
            <ExecutionList
              executions={executions}
              inWords={inWords}
              named
              empty={t("Nothing was run yet.")}
              onOpen={open}
            />
          </div>
        )}
      </div>
    </section>
  );
}

function fits(job: JobView, show: Show, words: string): boolean {
  if (show === "live" && isOver(job)) return false;
  if (show === "bad" && job.state !== "failed" && job.state !== "expired" && (job.counts.unknown ?? 0) === 0)
    return false;
  const { label, skill, method, summary, asker, origin, target } = job;
  const text = [label, `${skill}.${method}`, summary, asker.name, origin?.name ?? "", target].join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Executions that belong to no job; those of a job are on its page. */
function useNewestFirst(): Execution[] {
  const { executions } = useConsole();
  const version = useExecutionsVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the store holds
  return useMemo(
    () => [...executions.all.values()].filter(({ view }) => view.jobId === null).reverse(),
    [executions, version],
  );
}

function useOpen(): (view: ExecutionView) => void {
  const { ui } = useConsole();
  return (view) => ui.getState().showExecution(view.ordinal, view.id);
}
