/**
 * The handle on the day: pointer, arrows (a minute), Page (an hour), Home, End (now). What it says aloud is the time in
 * words and how the fleet was. Not here: the picture under it (Band.tsx), what moves by itself (state/replay).
 */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TimelineView } from "../../bridge/types";
import { clockTime } from "../../components/format";
import { useConsole, useReplay } from "../../state/hooks";
import { DAY_MS, HOUR_MS } from "../../state/replay";
import { Band } from "./Band";
import styles from "./Time.module.css";
import { before, bucketAt, hoursOf, momentOf, tellBucket } from "./words";

const MINUTE = 60_000;

export function Slider({ day, now }: { day: TimelineView | null; now: number }) {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const at = useReplay((s) => s.at);
  const track = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const [from, to] = [now - DAY_MS, now];
  const shown = at ?? now;
  const under = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (!box || box.width === 0) return now;
    return from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (to - from);
  };
  const share = (moment: number) => `${(100 * Math.min(1, Math.max(0, (moment - from) / (to - from)))).toFixed(3)}%`;
  const { seek, toNow } = replay.getState();
  return (
    <div className={styles.slider}>
      <div
        ref={track}
        className={styles.track}
        role="slider"
        tabIndex={0}
        aria-label={t("The moment that the map shows")}
        aria-valuemin={0}
        aria-valuemax={DAY_MS / MINUTE}
        aria-valuenow={Math.round((shown - from) / MINUTE)}
        aria-valuetext={
          at === null
            ? t("Now")
            : `${momentOf(at, now)}, ${before(at, now)}: ${tellBucket(bucketAt(day, at)).replaceAll(" · ", ", ")}`
        }
        data-testid="time-slider"
        onKeyDown={(event) => {
          const next = moved(event, shown, from, to);
          if (next === null) return;
          event.preventDefault();
          if (next >= to) toNow();
          else seek(next);
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          seek(under(event));
        }}
        onPointerMove={(event) => {
          const moment = under(event);
          setHover(moment);
          if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(moment);
        }}
        onPointerLeave={() => setHover(null)}
      >
        {day && <Band day={day} />}
        {at !== null && <span className={styles.ahead} style={{ left: share(at) }} />}
        {hover !== null && <span className={styles.hair} style={{ left: share(hover) }} />}
        <span className={at === null ? styles.present : styles.handle} style={{ left: share(shown) }} />
        {hover !== null && (
          <span className={styles.tip} style={{ left: `clamp(120px, ${share(hover)}, calc(100% - 120px))` }}>
            <b>{momentOf(hover, now)}</b> {tellBucket(bucketAt(day, hover))}
          </span>
        )}
      </div>
      <div className={styles.hours} aria-hidden="true">
        {hoursOf(from, to).map((mark) => (
          <span key={mark.at} style={{ left: `${(mark.share * 100).toFixed(2)}%` }}>
            {clockTime(mark.at)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Null: the key is for somebody else. */
function moved(event: KeyboardEvent, at: number, from: number, to: number): number | null {
  const whole = Math.round(at / MINUTE) * MINUTE;
  const by = { ArrowLeft: -MINUTE, ArrowDown: -MINUTE, ArrowRight: MINUTE, ArrowUp: MINUTE }[event.key];
  if (by !== undefined) return whole + by;
  if (event.key === "PageDown") return whole - HOUR_MS;
  if (event.key === "PageUp") return whole + HOUR_MS;
  if (event.key === "Home") return from;
  return event.key === "End" ? to : null;
}
