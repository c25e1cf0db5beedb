/**
 * The same call once more, on what failed. What nobody knows is never taken along without its own tick, and what can
 * destroy things wants the number typed.
 */
import { useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { JobView, TargetState } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole } from "../../state/hooks";
import { rerun } from "../../state/jobCommands";
import styles from "./Controls.module.css";

/** What certainly did not do its work. */
export const FAILED: readonly TargetState[] = ["failed", "timed_out", "refused", "expired"];

type RerunProps = { job: JobView; failed: number; unknown: number; open: boolean; onClose(): void };

export function RerunDialog({ job, failed, unknown, open, onClose }: RerunProps) {
  const console = useConsole();
  const [ticked, setTicked] = useState(false);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const count = failed + (ticked ? unknown : 0);
  const confirming = job.effect === "destroy" && count > 1;
  const close = () => {
    setTicked(false);
    setTyped("");
    setProblem(null);
    onClose();
  };
  const go = async () => {
    const states = FAILED.filter((state) => (job.counts[state] ?? 0) > 0);
    const asked = await rerun(console, job, ticked ? [...states, "unknown"] : states, confirming ? count : null);
    if (asked.kind === "problem") setProblem(asked.text);
    else if (asked.kind === "changed") setProblem(t("It is {{count}} nodes by now.", { count: asked.count }));
    else {
      close();
      if (asked.kind === "approval")
        console.news.toast(t("This needs a second yes; then it can be run from Approvals."));
    }
  };
  return (
    <Modal title={t("Rerun what failed")} open={open} onClose={close} testId="rerun-dialog">
      <div className={styles.dialog}>
        <What job={job} failed={failed} />
        {unknown > 0 && (
          <Tick checked={ticked} onChange={setTicked} testId="rerun-unknown">
            {phrase(
              "Also on {{count}} nodes of which nobody knows how it ended. It may still run there, or may have succeeded: then it is done <b>twice</b>.",
              { b: (twice) => <b>{twice}</b> },
              { count: unknown },
            )}
          </Tick>
        )}
        {confirming && (
          <TextField
            label={t("Type {{n}} to confirm: it can destroy things", { n: count })}
            value={typed}
            onChange={setTyped}
            inputMode="numeric"
            testId="rerun-count"
          />
        )}
        {problem !== null && (
          <Notice tone="problem" testId="rerun-problem">
            {t("Nothing was run: {{problem}}", { problem })}
          </Notice>
        )}
        <div className={styles.foot}>
          <Button onClick={close}>{t("Keep it as it is")}</Button>
          <AskButton
            asks="rerunJob"
            look={confirming ? "danger" : "primary"}
            onClick={() => void go()}
            disabled={count === 0 || (confirming && typed.trim() !== String(count))}
            data-testid="rerun-go"
          >
            {t("Rerun on {{count}} nodes", { count })}
          </AskButton>
        </div>
      </div>
    </Modal>
  );
}

function What({ job, failed }: { job: JobView; failed: number }) {
  return (
    <>
      <p>
        {failed > 0
          ? t("The same call as a new job, on the {{count}} nodes where it failed.", { count: failed })
          : t("The same call as a new job.")}{" "}
        {t("What succeeded is not touched.")}
      </p>
      {job.effect !== "read" && failed > 0 && (
        <Notice>{t("What failed may have done a part of its work before.")}</Notice>
      )}
    </>
  );
}
