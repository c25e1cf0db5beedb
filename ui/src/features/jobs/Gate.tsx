/** The question at the end of a wave: go on, or end it here. Shown wherever the job is. */
import type { JobView } from "../../bridge/typesJob";
import { Button } from "../../components/Button";
import { useConsole } from "../../state/hooks";
import { control } from "../../state/jobCommands";
import styles from "./Gate.module.css";
import { outcomesSoFar } from "./words";

export function Gate({ job }: { job: JobView }) {
  const console = useConsole();
  const { gate } = job;
  if (gate === null || job.wave === null) return null;
  const next = (job.wave.ends[gate] ?? job.total) - (job.wave.ends[gate - 1] ?? 0);
  return (
    <section className={styles.gate} aria-label="Gate" data-testid="gate">
      <p>
        <b>
          Wave {gate} of {job.wave.of} is done:
        </b>{" "}
        {outcomesSoFar(job)}. The next one is {next} {next === 1 ? "node" : "nodes"}.
      </p>
      <Button
        small
        look="primary"
        onClick={() => void control(console, job.id, "resume")}
        disabled={job.held}
        data-testid="gate-continue"
      >
        Continue
      </Button>
      <Button small onClick={() => void control(console, job.id, "cancel")} data-testid="gate-cancel">
        Cancel
      </Button>
    </section>
  );
}
