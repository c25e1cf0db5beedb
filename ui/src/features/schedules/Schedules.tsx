/**
 * What runs again and again: when in words, when next, how the last one went, and whether it is paused. Read when the
 * tab opens, then kept fresh by the feed. Not here: the form of one (ScheduleForm), the jobs that come of it.
 */

import { Play, Plus } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { AskButton, AskIconButton } from "../../asking/AskButton";
import type { JobRequest, RunbookView, ScheduleView } from "../../bridge/types";
import type { DataColumn } from "../../components/DataList";
import { DataRows } from "../../components/DataRows";
import { ago } from "../../components/format";
import { Notice } from "../../components/Notice";
import { RemoveButton } from "../../components/RemoveButton";
import { Toggle } from "../../components/Toggle";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
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

type Of = { schedule: ScheduleView };

export function Schedules({ callForm, parameterForm }: { callForm: CallForm; parameterForm: ParameterForm }) {
  const { plans } = useConsole();
  const schedules = usePlans((s) => s.schedules);
  const problem = usePlans((s) => s.problem);
  const [editing, setEditing] = useState<ScheduleView | "new" | null>(null);
  const columns = columnsFor(setEditing);
  useEffect(() => {
    void plans.getState().readSchedules();
    void plans.getState().readRunbooks();
  }, [plans]);
  return (
    <div className={styles.split} data-testid="schedules">
      <div className={styles.main}>
        <div className={styles.tools}>
          <p>{t("Each one makes a job of its own, on the nodes that are meant at that time.")}</p>
          <AskButton asks="putSchedule" look="primary" onClick={() => setEditing("new")} data-testid="new-schedule">
            <Plus size={15} strokeWidth={1.6} aria-hidden="true" /> {t("New schedule")}
          </AskButton>
        </div>
        {problem !== null && (
          <Notice tone="problem">{t("The schedules cannot be read: {{problem}}", { problem })}</Notice>
        )}
        {schedules !== null && (
          <DataRows
            label={t("Schedules")}
            columns={columns}
            items={schedules}
            keyOf={({ id }) => id}
            chosen={({ id }) => editing !== null && editing !== "new" && editing.id === id}
            empty={t(
              "Nothing is scheduled. A new schedule runs a skill or a runbook again and again, on whoever is meant at that time.",
            )}
            rowTestId="schedule-row"
            rowData={({ paused }) => ({ "data-paused": paused })}
          />
        )}
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

function columnsFor(onEdit: (schedule: ScheduleView) => void): readonly DataColumn<ScheduleView>[] {
  return [
    { key: "active", title: t("Active"), untitled: true, width: "42px", cell: (one) => <Active schedule={one} /> },
    { key: "name", title: t("Name"), width: "minmax(0, 1.6fr)", cell: (one) => <What schedule={one} /> },
    { key: "when", title: t("When"), width: "minmax(0, 1.2fr)", cell: (one) => <When schedule={one} /> },
    { key: "next", title: t("Next"), width: "minmax(0, 1fr)", cell: (one) => <Next schedule={one} /> },
    { key: "last", title: t("Last"), width: "minmax(0, 1fr)", cell: (one) => <Last schedule={one} /> },
    {
      key: "do",
      title: t("What can be done"),
      untitled: true,
      width: "186px",
      cell: (one) => <Actions schedule={one} onEdit={() => onEdit(one)} />,
    },
  ];
}

function Active({ schedule: { id, name, paused } }: Of) {
  const console = useConsole();
  return (
    <Toggle
      checked={!paused}
      onChange={(on) => void pauseSchedule(console, id, !on)}
      label={t("{{name}} is active", { name })}
      testId="schedule-active"
    />
  );
}

function What({ schedule: { name, job, runbook } }: Of) {
  return (
    <div className={styles.what}>
      <b>
        <bdi>{name}</bdi>
      </b>
      <span>
        {runbook !== null ? (
          <>
            {t("runbook")} <code>{runbook.name}</code>
          </>
        ) : job !== null ? (
          <>
            <code>
              {job.skill}.{job.method}
            </code>{" "}
            {t("on")} <code>{job.target ?? t("{{count}} nodes", { count: job.nodeIds?.length ?? 0 })}</code>
          </>
        ) : null}
      </span>
    </div>
  );
}

function When({ schedule: { when, cron, timeZone } }: Of) {
  return (
    <div className={styles.when}>
      <b>{when}</b>
      <span>
        <code>{cron}</code> {timeZone}
      </span>
    </div>
  );
}

function Next({ schedule: { paused, next, timeZone } }: Of) {
  const now = useNow(20_000);
  const first = next[0];
  return (
    <div className={styles.when}>
      {paused || first === undefined ? (
        <b className={styles.quiet}>{paused ? t("Paused") : t("Never again")}</b>
      ) : (
        <>
          <b>{soon(first, now)}</b>
          <span>{inZone(first, timeZone)}</span>
        </>
      )}
    </div>
  );
}

function Actions({ schedule: { id, name }, onEdit }: Of & { onEdit(): void }) {
  const console = useConsole();
  return (
    <span className={styles.actions}>
      <AskIconButton
        asks="runScheduleNow"
        label={t("Run {{name}} now", { name })}
        onClick={() => void runScheduleNow(console, id)}
        data-testid="schedule-run"
      >
        <Play size={15} strokeWidth={1.6} aria-hidden="true" />
      </AskIconButton>
      <AskButton
        asks="putSchedule"
        small
        onClick={onEdit}
        aria-label={t("Change {{name}}", { name })}
        data-testid="schedule-edit"
      >
        {t("Change")}
      </AskButton>
      <RemoveButton what={name} onRemove={() => void removeSchedule(console, id)} testId="schedule-remove" />
    </span>
  );
}

function Last({ schedule }: Of) {
  const { ui } = useConsole();
  const now = useNow(20_000);
  const { last } = schedule;
  if (last === null) return <div className={`${styles.when} ${styles.quiet}`}>{t("Not yet")}</div>;
  const { jobId } = last;
  return (
    <div className={styles.when}>
      <b className={last.outcome === "refused" ? styles.bad : undefined}>
        {outcomeWord(last.outcome)} {ago(last.at, now)}
      </b>
      {jobId !== null ? (
        <button type="button" className={styles.link} onClick={() => ui.getState().showJob(jobId)}>
          {t("its job")}
        </button>
      ) : (
        <span title={last.why ?? undefined}>{last.why}</span>
      )}
    </div>
  );
}

function outcomeWord(outcome: "started" | "skipped" | "refused"): string {
  switch (outcome) {
    case "started":
      return t("started");
    case "skipped":
      return t("skipped");
    case "refused":
      return t("refused");
  }
}
