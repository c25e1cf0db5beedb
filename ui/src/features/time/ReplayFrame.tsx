/**
 * Round the map while it shows another time: a frame, and a tab that says which time and how to come back. The time
 * follows what is really shown, not what is still being read. Not here: choosing it (TimeControl.tsx).
 */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Kbd } from "../../components/Kbd";
import { useNow } from "../../components/useNow";
import { useConsole, useReplay } from "../../state/hooks";
import styles from "./Time.module.css";
import { before, momentOf } from "./words";

export function ReplayFrame() {
  const { t } = useTranslation();
  const { news } = useConsole();
  const back = useReplay((s) => s.at !== null);
  const was = useRef(back);
  useEffect(() => {
    if (was.current === back) return;
    was.current = back;
    news.speak(back ? t("The map shows an earlier time") : t("The map shows now"));
  }, [news, back, t]);
  return back ? <Frame /> : null;
}

function Frame() {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const at = useReplay((s) => s.past?.atMs ?? s.at) ?? 0;
  const known = useReplay((s) => s.past === null || s.past.sampledMs !== null);
  const now = useNow(15_000);
  return (
    <div className={styles.frame} data-testid="replay-frame">
      <div className={styles.tab}>
        <b>{momentOf(at, now)}</b>
        <span data-testid="replay-ago">{before(at, now)}</span>
        {!known && <em data-testid="replay-unknown">{t("The Nexus was not running: nothing is known")}</em>}
        <button type="button" onClick={() => replay.getState().toNow()} data-testid="replay-back">
          {t("Back to now")} <Kbd>Esc</Kbd>
        </button>
      </div>
    </div>
  );
}
