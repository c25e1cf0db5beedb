/**
 * Says what a stop of everything does, and does it once somebody confirms. Enter confirms: who opens this by keyboard
 * is in a hurry. Not here: what came of it (StopBanner).
 */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import { Button } from "../../components/Button";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { t } from "../../i18n";
import { useConsole, useExecutionsVersion, useJobs, useUi } from "../../state/hooks";
import { stopEverything } from "../../state/jobCommands";
import { isOver } from "../../state/jobs";
import styles from "./Stop.module.css";

export function StopDialog() {
  const { ui } = useConsole();
  const open = useUi((s) => s.stopping);
  const close = () => ui.getState().set({ stopping: false });
  return (
    <Modal title={t("Stop everything")} open={open} onClose={close} testId="stop-dialog">
      {open && <Question onDone={close} />}
    </Modal>
  );
}

function Question({ onDone }: { onDone(): void }) {
  const console = useConsole();
  useExecutionsVersion();
  const jobs = useJobs((s) => s.jobs.filter((job) => !isOver(job)).length);
  const field = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => field.current?.focus(), []);
  const running = console.executions.live.size;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const failed = await stopEverything(console, reason.trim());
    setBusy(false);
    setProblem(failed);
    if (failed === null) onDone();
  };
  return (
    <form className={styles.dialog} onSubmit={(event) => void submit(event)} noValidate>
      <ul className={styles.facts}>
        <li>
          {jobs > 0
            ? t(
                "What runs is asked to end on every node, now: {{executions}} and {{jobs}} that this window knows of.",
                {
                  executions: t("{{count}} executions", { count: running }),
                  jobs: t("{{count}} jobs", { count: jobs }),
                },
              )
            : t("What runs is asked to end on every node, now: {{executions}}.", {
                executions: t("{{count}} executions", { count: running }),
              })}{" "}
          {t("Each counts as stopped only once its node has proved it.")}
        </li>
        <li>
          {t(
            "Until you release it nothing of any job is sent, no schedule fires, and API tokens can start nothing. You can still run something on one node by hand.",
          )}
        </li>
        <li>{t("What waits keeps its place, and goes on after the release.")}</li>
      </ul>
      <TextField
        ref={field}
        label={t("Why, for those who see it (may be empty)")}
        value={reason}
        onChange={setReason}
        maxLength={300}
        testId="stop-reason"
      />
      {problem && (
        <Notice tone="problem" testId="stop-problem">
          {t("Nothing was stopped: {{problem}}", { problem })}
        </Notice>
      )}
      <div className={styles.foot}>
        <Button onClick={onDone}>{t("Let it run")}</Button>
        <AskButton asks="fleetStop" look="danger" type="submit" disabled={busy} data-testid="stop-confirm">
          {t("Stop everything")}
        </AskButton>
      </div>
    </form>
  );
}
