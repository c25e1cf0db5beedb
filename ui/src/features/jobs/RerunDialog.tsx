/**
 * The same call once more, on what failed. What nobody knows is never taken along without its own tick, and what can
 * destroy things wants the number typed.
 */
import { useState } from "react";
import type { JobView, TargetState } from "../../bridge/typesJob";
import { Button } from "../../components/Button";
import { counted } from "../../components/format";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
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
    else if (asked.kind === "changed") setProblem(`It is ${counted(asked.count, "node")} by now.`);
    else {
      close();
      if (asked.kind === "approval") console.news.toast("This needs a second yes; then it can be run from Approvals.");
    }
  };
  return (
    <Modal title="Rerun what failed" open={open} onClose={close} testId="rerun-dialog">
      <div className={styles.dialog}>
        <p>
          The same call as a new job{failed > 0 ? `, on the ${counted(failed, "node")} where it failed` : ""}. What
          succeeded is not touched.
        </p>
        {job.effect !== "read" && failed > 0 && <Notice>What failed may have done a part of its work before.</Notice>}
        {unknown > 0 && (
          <Tick checked={ticked} onChange={setTicked} testId="rerun-unknown">
            Also on {counted(unknown, "node")} of which nobody knows how it ended. It may still run there, or may have
            succeeded: then it is done <b>twice</b>.
          </Tick>
        )}
        {confirming && (
          <TextField
            label={`Type ${count} to confirm: it can destroy things`}
            value={typed}
            onChange={setTyped}
            inputMode="numeric"
            testId="rerun-count"
          />
        )}
        {problem !== null && (
          <Notice tone="problem" testId="rerun-problem">
            Nothing was run: {problem}
          </Notice>
        )}
        <div className={styles.foot}>
          <Button onClick={close}>Keep it as it is</Button>
          <Button
            look={confirming ? "danger" : "primary"}
            onClick={() => void go()}
            disabled={count === 0 || (confirming && typed.trim() !== String(count))}
            data-testid="rerun-go"
          >
            Rerun on {counted(count, "node")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
