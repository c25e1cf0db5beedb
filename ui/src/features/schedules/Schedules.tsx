/**
 * What runs again and again: when in words, when next, how the last one went, and whether it is paused. Read when the
 * tab opens, then kept fresh by the feed. Not here: the form of one (ScheduleForm), the jobs that come of it.
 */
import { Play, Plus } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { JobRequest } from "../../bridge/typesJob";
import type { RunbookView, ScheduleView } from "../../bridge/typesPlan";
import { Button, IconButton } from "../../components/Button";
import { ago } from "../../components/format";
import { Notice } from "../../components/Notice";
import { RemoveButton } from "../../components/RemoveButton";
import { Toggle } from "../../components/Toggle";
import { useNow } from "../../components/useNow";
import { useConsole, usePlans } from "../../state/hooks";
import { pauseSchedule, removeSchedule, runScheduleNow } from "../../state/planCommands";
import { ScheduleForm } from "./ScheduleForm";
import styles from "./Schedules.module.css";
import { inZone, soon } from "./times";

/** The caller's form of a call; `onCall` gets it without a target, which the schedule has itself. */
export type CallForm = (given: { scope: string; job: JobRequest | null; onCall(job: JobRequest): void }) => ReactNode;
/** The caller's form of a runbook's parameters. */
export type ParameterForm = (given: {
  scope: string;
  runbook: RunbookView;
  verb: string;
  onParameters(parameters: JobRequest["parameters"]): void;
}) => ReactNode;

export function Schedules({ callForm, parameterForm }: { callForm: CallForm; parameterForm: ParameterForm }) {
  const { plans } = useConsole();
  const schedules = usePlans((s) => s.schedules);
  const problem = usePlans((s) => s.problem);
  const [editing, setEditing] = useState<ScheduleView | "new" | null>(null);
  useEffect(() => {
    void plans.getState().readSchedules();
    void plans.getState().readRunbooks();
  }, [plans]);
  return (
    <div className={styles.split} data-testid="schedules">
      <div className={styles.main}>
        <div className={styles.tools}>
          <p>Each one makes a job of its own, on the nodes that are meant at that time.</p>
          <Button look="primary" onClick={() => setEditing("new")} data-testid="new-schedule">
            <Plus size={15} strokeWidth={1.6} aria-hidden="true" /> New schedule
          </Button>
        </div>
        {problem !== null && <Notice tone="problem">The schedules cannot be read: {problem}</Notice>}
        {schedules?.length === 0 && <p className={styles.none}>Nothing is scheduled.</p>}
        <ul className={styles.rows}>
          {(schedules ?? []).map((schedule) => (
            <Row
              key={schedule.id}
              schedule={schedule}
              chosen={editing !== null && editing !== "new" && editing.id === schedule.id}
              onEdit={() => setEditing(schedule)}
            />
          ))}
        </ul>
      </div>
      {editing !== null && (
        <ScheduleForm
          key={editing === "new" ? "new" : editing.id}
          schedule={editing === "new" ? null : editing}
          callForm={callForm}
          parameterForm={parameterForm}
          onDone={() => setEditing(null)}
        />
      )}
    </div>
  );
}

function Row({ schedule, chosen, onEdit }: { schedule: ScheduleView; chosen: boolean; onEdit(): void }) {
  const console = useConsole();
  const now = useNow(20_000);
  const { id, name, paused, next, job, runbook, timeZone } = schedule;
  const first = next[0];
  return (
    <li className={`${styles.row} ${chosen ? styles.chosen : ""}`} data-testid="schedule-row" data-paused={paused}>
      <Toggle
        checked={!paused}
        onChange={(on) => void pauseSchedule(console, id, !on)}
        label={`${name} is active`}
        testId="schedule-active"
      />
      <div className={styles.what}>
        <b>
          <bdi>{name}</bdi>
        </b>
        <span>
          {runbook !== null ? (
            <>
              runbook <code>{runbook.name}</code>
            </>
          ) : job !== null ? (
            <>
              <code>
                {job.skill}.{job.method}
              </code>{" "}
              on <code>{job.target ?? `${job.nodeIds?.length ?? 0} nodes`}</code>
            </>
          ) : null}
        </span>
      </div>
      <div className={styles.when}>
        <b>{schedule.when}</b>
        <span>
          <code>{schedule.cron}</code> {timeZone}
        </span>
      </div>
      <div className={styles.when}>
        {paused || first === undefined ? (
          <b className={styles.quiet}>{paused ? "Paused" : "Never again"}</b>
        ) : (
          <>
            <b>{soon(first, now)}</b>
            <span>{inZone(first, timeZone)}</span>
          </>
        )}
      </div>
      <Last schedule={schedule} now={now} />
      <span className={styles.actions}>
        <IconButton
          label={`Run ${name} now`}
          onClick={() => void runScheduleNow(console, id)}
          data-testid="schedule-run"
        >
          <Play size={15} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
        <Button small onClick={onEdit} aria-label={`Change ${name}`} data-testid="schedule-edit">
          Change
        </Button>
        <RemoveButton what={name} onRemove={() => void removeSchedule(console, id)} testId="schedule-remove" />
      </span>
    </li>
  );
}

function Last({ schedule, now }: { schedule: ScheduleView; now: number }) {
  const { ui } = useConsole();
  const { last } = schedule;
  if (last === null) return <div className={`${styles.when} ${styles.quiet}`}>Not yet</div>;
  const { jobId } = last;
  return (
    <div className={styles.when}>
      <b className={last.outcome === "refused" ? styles.bad : undefined}>
        {last.outcome} {ago(last.at, now)}
      </b>
      {jobId !== null ? (
        <button type="button" className={styles.link} onClick={() => ui.getState().showJob(jobId)}>
          its job
        </button>
      ) : (
        <span title={last.why ?? undefined}>{last.why}</span>
      )}
    </div>
  );
}
