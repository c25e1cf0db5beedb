/**
 * Runbooks and their runs: what each does in which order, run with parameters, changed as text, carried away as a file
 * and brought back. Read when the tab opens; runs are kept fresh by the feed.
 * Not here: the editor (Editor), the form of parameters (given by the caller).
 */
import { Plus } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { JsonValue, RunbookView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { ago } from "../../components/format";
import { Notice } from "../../components/Notice";
import { RemoveButton } from "../../components/RemoveButton";
import { useNow } from "../../components/useNow";
import { useConsole, usePlans } from "../../state/hooks";
import { exportRunbook, removeRunbook } from "../../state/planCommands";
import { usePersonWord } from "../../state/viewer";
import { Editor } from "./Editor";
import styles from "./Runbooks.module.css";
import { RunDialog } from "./RunDialog";
import { Runs } from "./Runs";

export type ParameterForm = (given: {
  scope: string;
  runbook: RunbookView;
  verb: string;
  onParameters(parameters: JsonValue): void;
}) => ReactNode;

export function Runbooks({ parameterForm }: { parameterForm: ParameterForm }) {
  const { t } = useTranslation();
  const { plans } = useConsole();
  const runbooks = usePlans((s) => s.runbooks);
  const problem = usePlans((s) => s.problem);
  const [editing, setEditing] = useState<string | "" | null>(null);
  const [running, setRunning] = useState<RunbookView | null>(null);
  useEffect(() => void plans.getState().readRunbooks(), [plans]);
  return (
    <div className={styles.split} data-testid="runbooks">
      <div className={styles.main}>
        <div className={styles.tools}>
          <p>{t("Steps in order, each a job of its own; kept with every version that was run.")}</p>
          <AskButton asks="putRunbook" look="primary" onClick={() => setEditing("")} data-testid="new-runbook">
            <Plus size={15} strokeWidth={1.6} aria-hidden="true" /> {t("New or import")}
          </AskButton>
        </div>
        {problem !== null && (
          <Notice tone="problem">{t("The runbooks cannot be read: {{problem}}", { problem })}</Notice>
        )}
        {runbooks?.length === 0 && <p className={styles.none}>{t("There is no runbook yet.")}</p>}
        <ul className={styles.rows}>
          {(runbooks ?? []).map((runbook) => (
            <Row
              key={runbook.name}
              runbook={runbook}
              onRun={() => setRunning(runbook)}
              onEdit={() => setEditing(runbook.name)}
            />
          ))}
        </ul>
        <Runs />
      </div>
      {editing !== null && <Editor key={editing} name={editing} onDone={() => setEditing(null)} />}
      <RunDialog runbook={running} parameterForm={parameterForm} onDone={() => setRunning(null)} />
    </div>
  );
}

function Row({ runbook, onRun, onEdit }: { runbook: RunbookView; onRun(): void; onEdit(): void }) {
  const who = usePersonWord();
  const { t } = useTranslation();
  const console = useConsole();
  const now = useNow(60_000);
  const { name, title, steps, target, version, changedBy, changedAt } = runbook;
  return (
    <li className={styles.row} data-testid="runbook-row">
      <div className={styles.what}>
        <b>
          <code>{name}</code>
        </b>
        <span>{title}</span>
      </div>
      <ol className={styles.steps} aria-label={t("Steps")}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <div className={styles.quiet}>
        {target !== "" && <code>{target}</code>}
        <span>
          {t("version {{n}}", { n: version })} · {ago(changedAt, now)} · {who(changedBy)}
        </span>
      </div>
      <span className={styles.actions}>
        <AskButton
          asks="runRunbook"
          small
          look="primary"
          onClick={onRun}
          data-testid="runbook-run"
          aria-label={t("Run {{name}}", { name })}
        >
          {t("Run…")}
        </AskButton>
        <AskButton
          asks="putRunbook"
          small
          onClick={onEdit}
          data-testid="runbook-edit"
          aria-label={t("Change {{name}}", { name })}
        >
          {t("Change")}
        </AskButton>
        <Button
          small
          onClick={() => void exportRunbook(console, name)}
          data-testid="runbook-export"
          aria-label={t("Export {{name}}", { name })}
        >
          {t("Export")}
        </Button>
        <RemoveButton what={name} onRemove={() => void removeRunbook(console, name)} testId="runbook-remove" />
      </span>
    </li>
  );
}
