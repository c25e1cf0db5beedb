/**
 * One schedule: when, with its next five times while it is typed; what becomes of times that overlap or were missed;
 * and what it runs, a call on an expression or a runbook. The button of the call's own form saves all of it.
 * Not here: the language of times (the Nexus reads it), the forms of calls and parameters (given by the caller).
 */

import { X } from "lucide-react";
import { useState } from "react";
import type { JobRequest, RunbookView, SchedulePlan, ScheduleView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { Completing } from "../../components/Completing";
import { Notice } from "../../components/Notice";
import { Segmented } from "../../components/Segmented";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
import { t } from "../../i18n";
import { useConsole, usePlans } from "../../state/hooks";
import { problemCode, problemText } from "../../state/problem";
import { useCompletion, useTarget } from "../../state/useTarget";
import type { CallForm, ParameterForm } from "./Schedules";
import styles from "./Schedules.module.css";
import { ownZone } from "./times";
import { WhenPreview } from "./WhenPreview";

type ScheduleFormProps = {
  schedule: ScheduleView | null;
  callForm: CallForm;
  parameterForm: ParameterForm;
  onDone(): void;
};
type Draft = Omit<SchedulePlan, "job" | "runbook" | "confirmDestructive"> & {
  target: string;
  kind: "call" | "runbook";
  runbook: string;
};

export function ScheduleForm({ schedule, callForm, parameterForm, onDone }: ScheduleFormProps) {
  const { bridge, plans } = useConsole();
  const [draft, setDraft] = useState<Draft>(() => draftOf(schedule));
  const [problem, setProblem] = useState<{ text: string; confirm: boolean } | null>(null);
  const [meant, setMeant] = useState(false);
  const runbooks = usePlans((s) => s.runbooks) ?? [];
  const set = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const runbook = runbooks.find(({ name }) => name === draft.runbook) ?? runbooks[0];
  const scope = `schedule-${schedule?.id ?? "new"}`;
  const save = async (what: Pick<SchedulePlan, "job" | "runbook">) => {
    const { name, when, timeZone, overlap, missed } = draft;
    const plan = { name, when, timeZone, overlap, missed, ...what, confirmDestructive: meant };
    try {
      const saved = await bridge.putSchedule(schedule?.id ?? null, plan);
      plans.getState().takeSchedule(saved.id, saved);
      onDone();
    } catch (reason) {
      setProblem({ text: problemText(reason), confirm: problemCode(reason) === "confirm" });
    }
  };
  const saveCall = (job: JobRequest) => {
    const target = draft.target.trim();
    const named = schedule?.job?.nodeIds ?? null;
    if (target !== "") void save({ job: { ...job, target, nodeIds: null }, runbook: null });
    // Made elsewhere, for nodes by their ids: they stay as long as no expression is written.
    else if (named !== null) void save({ job: { ...job, target: null, nodeIds: named }, runbook: null });
    else setProblem({ text: t("Say on which nodes, for example tag:web, or * for all."), confirm: false });
  };
  return (
    <aside
      className={styles.side}
      aria-label={schedule === null ? t("New schedule") : t("Change {{name}}", { name: schedule.name })}
    >
      <Title schedule={schedule} onDone={onDone} />
      <div className={styles.sideScroll}>
        <div className={styles.fields}>
          <TextField label={t("Name")} value={draft.name} onChange={(name) => set({ name })} testId="schedule-name" />
          <Times draft={draft} set={set} />
          <What draft={draft} set={set} runbook={runbook} runbooks={runbooks} />
          {problem !== null && (
            <Notice tone="problem" testId="schedule-problem">
              {problem.text}
            </Notice>
          )}
          {problem?.confirm && (
            <Tick checked={meant} onChange={setMeant} testId="schedule-meant">
              {t("That is meant: it may destroy something, and nobody is asked when it is due.")}
            </Tick>
          )}
        </div>
        {draft.kind === "call" ? (
          callForm({ scope, job: schedule?.job ?? null, onCall: saveCall })
        ) : runbook === undefined ? (
          <p className={styles.none}>{t("There is no runbook yet. Write one under Runbooks.")}</p>
        ) : (
          parameterForm({
            scope,
            runbook,
            verb: t("Save"),
            onParameters: (parameters) =>
              void save({ job: null, runbook: { name: runbook.name, version: null, parameters, target: null } }),
          })
        )}
      </div>
    </aside>
  );
}

function Title({ schedule, onDone }: Pick<ScheduleFormProps, "schedule" | "onDone">) {
  return (
    <div className={styles.sideHead}>
      <h2>{schedule === null ? t("New schedule") : schedule.name}</h2>
      <IconButton label={t("Close")} onClick={onDone}>
        <X size={16} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </div>
  );
}

type WhatProps = {
  draft: Draft;
  set(patch: Partial<Draft>): void;
  runbook: RunbookView | undefined;
  runbooks: readonly RunbookView[];
};

function What({ draft, set, runbook, runbooks }: WhatProps) {
  return (
    <>
      <Segmented<Draft["kind"]>
        label={t("What it runs")}
        value={draft.kind}
        onChange={(kind) => set({ kind })}
        options={[
          { value: "call", label: t("A call") },
          { value: "runbook", label: t("A runbook") },
        ]}
      />
      {draft.kind === "call" ? (
        <Who target={draft.target} onChange={(target) => set({ target })} />
      ) : (
        runbook !== undefined && (
          <Choice
            label={t("Runbook")}
            value={runbook.name}
            options={runbooks.map(({ name, title }) => ({ value: name, label: name, hint: title }))}
            onChange={(name) => set({ runbook: name })}
            testId="schedule-runbook"
          />
        )
      )}
    </>
  );
}

function Times({ draft, set }: { draft: Draft; set(patch: Partial<Draft>): void }) {
  return (
    <>
      <TextField
        label={t("When")}
        value={draft.when}
        onChange={(when) => set({ when })}
        placeholder={t("every weekday at 9am, or 0 9 * * 1-5")}
        testId="schedule-when"
      />
      <TextField
        label={t("Time zone")}
        value={draft.timeZone}
        onChange={(timeZone) => set({ timeZone })}
        testId="schedule-zone"
      />
      <WhenPreview when={draft.when} timeZone={draft.timeZone} />
      <div className={styles.pair}>
        <div className={styles.named}>
          <span>{t("While the last one runs")}</span>
          <Choice
            label={t("While the last one runs")}
            value={draft.overlap}
            options={[
              { value: "skip", label: t("Leave out") },
              { value: "queue", label: t("Wait for it") },
              { value: "allow", label: t("Run both") },
            ]}
            onChange={(overlap) => set({ overlap: overlap as Draft["overlap"] })}
            testId="schedule-overlap"
          />
        </div>
        <div className={styles.named}>
          <span>{t("When it was missed")}</span>
          <Choice
            label={t("When it was missed")}
            value={draft.missed}
            options={[
              { value: "skip", label: t("Leave out") },
              { value: "once", label: t("Catch up once") },
            ]}
            onChange={(missed) => set({ missed: missed as Draft["missed"] })}
            testId="schedule-missed"
          />
        </div>
      </div>
    </>
  );
}

function Who({ target, onChange }: { target: string; onChange(target: string): void }) {
  const complete = useCompletion();
  const typed = target.trim();
  const aim = useTarget(typed === "" ? null : { target: typed, nodeIds: null, skill: null, method: null });
  const note = aim.resolved
    ? t("{{count}} nodes as of now; looked up again each time", { count: aim.resolved.count })
    : null;
  return (
    <Completing
      label={t("On")}
      value={target}
      placeholder={t("tag:gpu and not site=paris")}
      problem={aim.problem}
      note={note}
      complete={complete}
      onChange={onChange}
      testId="schedule-target"
    />
  );
}

function draftOf(schedule: ScheduleView | null): Draft {
  return {
    name: schedule?.name ?? "",
    when: schedule?.when ?? "",
    timeZone: schedule?.timeZone ?? ownZone(),
    overlap: schedule?.overlap ?? "skip",
    missed: schedule?.missed ?? "skip",
    target: schedule?.job?.target ?? "",
    kind: schedule?.runbook ? "runbook" : "call",
    runbook: schedule?.runbook?.name ?? "",
  };
}
