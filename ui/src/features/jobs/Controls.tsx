/**
 * What can be done to a job as a whole: pause, go on, cancel. Not here: the same again for what failed (RerunDialog).
 */
import { Pause, Play, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { JobView } from "../../bridge/types";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { control } from "../../state/jobCommands";
import { isOver } from "../../state/jobs";
import { FAILED, RerunDialog } from "./RerunDialog";

export function Controls({ job }: { job: JobView }) {
  const console = useConsole();
  const [asking, setAsking] = useState(false);
  const failed = FAILED.reduce((sum, state) => sum + (job.counts[state] ?? 0), 0);
  const unknown = job.counts.unknown ?? 0;
  const over = isOver(job);
  return (
    <>
      {job.state === "running" && (
        <AskButton asks="controlJob" onClick={() => void control(console, job.id, "pause")} data-testid="job-pause">
          <Pause size={14} strokeWidth={1.6} aria-hidden="true" /> {t("Pause")}
        </AskButton>
      )}
      {job.state === "paused" && job.gate === null && (
        <AskButton
          asks="controlJob"
          look="primary"
          onClick={() => void control(console, job.id, "resume")}
          data-testid="job-resume"
        >
          <Play size={14} strokeWidth={1.6} aria-hidden="true" /> {t("Resume")}
        </AskButton>
      )}
      {!over && (
        <AskButton
          asks="controlJob"
          onClick={() => void control(console, job.id, "cancel")}
          disabled={job.state === "stopping"}
          data-testid="job-cancel"
        >
          <Square size={13} strokeWidth={1.6} aria-hidden="true" /> {t("Cancel")}
        </AskButton>
      )}
      {over && failed + unknown > 0 && (
        <AskButton asks="rerunJob" onClick={() => setAsking(true)} data-testid="job-rerun">
          <RotateCcw size={14} strokeWidth={1.6} aria-hidden="true" /> {t("Rerun failed")}
        </AskButton>
      )}
      <RerunDialog job={job} failed={failed} unknown={unknown} open={asking} onClose={() => setAsking(false)} />
    </>
  );
}
