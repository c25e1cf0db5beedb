/** Jobs that wait for the operator at the end of a wave, in short, for where the eye falls first. */
import { useConsole, useJobs } from "../../state/hooks";
import { titleOf } from "../../state/jobs";
import { Gate } from "./Gate";
import styles from "./Gate.module.css";

export function GatesShort() {
  const { ui } = useConsole();
  const jobs = useJobs((s) => s.jobs);
  return (
    <>
      {jobs
        .filter(({ gate }) => gate !== null)
        .map((job) => (
          <div key={job.id} className={styles.short} data-testid="gate-short">
            <button
              type="button"
              onClick={() => {
                ui.getState().go("jobs");
                ui.getState().showJob(job.id);
              }}
            >
              <bdi>{titleOf(job)}</bdi>
            </button>
            <Gate job={job} />
          </div>
        ))}
    </>
  );
}
