/** Runs a runbook: its parameters, and other nodes than it is for, if wanted. What is refused is told here. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { JsonValue, RunbookView } from "../../bridge/types";
import { Completing } from "../../components/Completing";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { Tick } from "../../components/Tick";
import { useConsole } from "../../state/hooks";
import { problemCode, problemText } from "../../state/problem";
import { useCompletion, useTarget } from "../../state/useTarget";
import type { ParameterForm } from "./Runbooks";
import styles from "./Runbooks.module.css";

type RunDialogProps = { runbook: RunbookView | null; parameterForm: ParameterForm; onDone(): void };

export function RunDialog({ runbook, parameterForm, onDone }: RunDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      title={t("Run {{name}}", { name: runbook?.name ?? "" })}
      open={runbook !== null}
      onClose={onDone}
      testId="run-dialog"
    >
      {runbook !== null && <Body key={runbook.name} runbook={runbook} parameterForm={parameterForm} onDone={onDone} />}
    </Modal>
  );
}

function Body({ runbook, parameterForm, onDone }: RunDialogProps & { runbook: RunbookView }) {
  const { t } = useTranslation();
  const { bridge, plans } = useConsole();
  const [target, setTarget] = useState("");
  const [problem, setProblem] = useState<{ text: string; confirm: boolean } | null>(null);
  const [confirmed, setConfirmed] = useState(false);
  const complete = useCompletion();
  const meant = target.trim() || runbook.target;
  const aim = useTarget(meant === "" ? null : { target: meant, nodeIds: null, skill: null, method: null });
  const run = async (parameters: JsonValue) => {
    const call = { name: runbook.name, version: null, parameters, target: target.trim() || null };
    try {
      const started = await bridge.runRunbook(call, confirmed);
      plans.getState().takeRun(started);
      onDone();
    } catch (reason) {
      setProblem({ text: problemText(reason), confirm: problemCode(reason) === "confirm" });
    }
  };
  return (
    <div className={styles.dialog}>
      <p>
        {runbook.title}
        {runbook.steps.length > 0 &&
          ` ${t("{{count}} steps", { count: runbook.steps.length })}: ${runbook.steps.join(", ")}.`}
      </p>
      <Completing
        label={t("On")}
        value={target}
        placeholder={runbook.target === "" ? "tag:gpu and not site=paris" : runbook.target}
        problem={aim.problem}
        note={aim.resolved ? t("{{count}} nodes", { count: aim.resolved.count }) : null}
        complete={complete}
        onChange={setTarget}
        testId="runbook-target"
      />
      {problem !== null && (
        <Notice tone="problem" testId="run-problem">
          {problem.text}
        </Notice>
      )}
      {problem?.confirm && (
        <Tick checked={confirmed} onChange={setConfirmed} testId="run-meant">
          {t("That is meant: a step may destroy something.")}
        </Tick>
      )}
      {parameterForm({
        scope: `runbook:${runbook.name}`,
        runbook,
        verb: t("Run"),
        onParameters: (parameters) => void run(parameters),
      })}
    </div>
  );
}
