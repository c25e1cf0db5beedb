/**
 * The time at the foot of the map: a quiet clock; opened, the last 24 hours as a band with a handle, going on at two
 * speeds, and the way back. Not here: what the map shows then (features/map), the frame round it (ReplayFrame.tsx).
 */
import { History, Pause, Play, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../components/Button";
import { clockTime } from "../../components/format";
import { useNow } from "../../components/useNow";
import { useConsole, useReplay } from "../../state/hooks";
import { SPEEDS } from "../../state/replay";
import { Slider } from "./Slider";
import styles from "./Time.module.css";
import { before, tellDay } from "./words";

export function TimeControl() {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const open = useReplay((s) => s.open);
  if (open) return <OpenBand />;
  return (
    <IconButton
      className={styles.clock ?? ""}
      label={t("Look back over 24 hours (H)")}
      onClick={() => replay.getState().show()}
      data-testid="time-open"
    >
      <History size={15} strokeWidth={1.5} aria-hidden="true" />
    </IconButton>
  );
}

function OpenBand() {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const now = useNow(15_000);
  const day = useReplay((s) => s.day);
  const at = useReplay((s) => s.at);
  const problem = useReplay((s) => s.problem);
  return (
    <section className={styles.band} aria-label={t("The last 24 hours")} data-testid="time-band">
      <Going />
      <div className={styles.middle}>
        <Slider day={day} now={now} />
        <p
          className={problem === null ? "visually-hidden" : styles.problem}
          role={problem === null ? undefined : "alert"}
        >
          {problem ?? (day === null ? t("The last 24 hours are being read.") : tellDay(day))}
        </p>
      </div>
      <div className={styles.moment}>
        <b data-testid="time-moment">{clockTime(at ?? now)}</b>
        <span>{at === null ? t("now") : before(at, now)}</span>
      </div>
      <Button small disabled={at === null} onClick={() => replay.getState().toNow()} data-testid="time-now">
        {t("Now")}
      </Button>
      <IconButton
        label={t("Close the last 24 hours")}
        onClick={() => replay.getState().hide()}
        data-testid="time-close"
      >
        <X size={15} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </section>
  );
}

/** Play at a speed; the speed that goes is pressed, and pressing it again stops. */
function Going() {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const playing = useReplay((s) => s.playing);
  const { play, pause } = replay.getState();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a box and a legend that a toolbar does not want
    <div className={styles.going} role="group" aria-label={t("Let the time go on")}>
      <button
        type="button"
        className={styles.play}
        aria-label={playing === null ? t("Play") : t("Pause")}
        onClick={() => (playing === null ? play(SPEEDS[0]) : pause())}
        data-testid="time-play"
      >
        {playing === null ? (
          <Play size={14} strokeWidth={1.6} aria-hidden="true" />
        ) : (
          <Pause size={14} strokeWidth={1.6} aria-hidden="true" />
        )}
      </button>
      {SPEEDS.map((speed) => (
        <button
          key={speed}
          type="button"
          aria-pressed={playing === speed}
          aria-label={t("{{speed}} times as fast", { speed })}
          onClick={() => (playing === speed ? pause() : play(speed))}
          data-testid={`time-speed-${speed}`}
        >
          ×{speed}
        </button>
      ))}
    </div>
  );
}
