/** The waves of a job as a row of segments, as wide as they have targets; done, under way, or still to come. */
import type { JobView } from "../../bridge/types";
import { count } from "../../components/format";
import { t } from "../../i18n";
import { wavesOf } from "../../state/jobs";
import styles from "./Waves.module.css";

export function Waves({ job }: { job: JobView }) {
  const waves = wavesOf(job);
  if (waves.length === 0) return null;
  return (
    <ol className={styles.waves} aria-label={t("Waves")} data-testid="waves">
      {waves.map(({ size, share, current }, i) => {
        const how = share >= 1 ? "done" : current ? "current" : "ahead";
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: waves are known by their number
            key={i}
            className={`${styles.wave} ${current ? styles.current : ""}`}
            style={{ flexGrow: Math.max(1, Math.sqrt(size)) }}
            data-state={how}
            aria-current={current ? "step" : undefined}
          >
            <span>
              {i === 0 && size <= 5
                ? t("Canary")
                : i === waves.length - 1
                  ? t("The rest")
                  : t("Wave {{n}}", { n: i + 1 })}{" "}
              <b>{count(size)}</b>
            </span>
            <i aria-hidden="true">
              <u style={{ width: `${share * 100}%` }} />
            </i>
            <span className="visually-hidden">
              {how === "done" ? t("done") : how === "current" ? t("under way") : t("to come")}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
