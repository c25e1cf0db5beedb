/** The next five times of what is typed, or why it is none; asked a moment after the typing settled. */
import { useEffect, useState } from "react";
import type { WhenView } from "../../bridge/types";
import { useNow } from "../../components/useNow";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import styles from "./Schedules.module.css";
import { inZone, soon } from "./times";

const SETTLE_MS = 250;

export function WhenPreview({ when, timeZone }: { when: string; timeZone: string }) {
  const { bridge } = useConsole();
  const now = useNow(20_000);
  const [found, setFound] = useState<{ view: WhenView | null; problem: string | null }>({ view: null, problem: null });
  useEffect(() => {
    if (when.trim() === "") {
      setFound({ view: null, problem: null });
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      bridge.previewWhen(when, timeZone).then(
        (view) => wanted && setFound({ view, problem: null }),
        (reason) => wanted && setFound({ view: null, problem: problemText(reason) }),
      );
    }, SETTLE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, when, timeZone]);
  if (found.problem !== null)
    return (
      <p className={styles.problem} role="alert" data-testid="when-problem">
        {found.problem}
      </p>
    );
  if (found.view === null) return null;
  return (
    <div className={styles.preview} data-testid="when-preview">
      <p>
        {plain(found.view.inWords, 200)} · <code>{plain(found.view.cron, 100)}</code>
      </p>
      <ol>
        {found.view.next.slice(0, 5).map((at) => (
          <li key={at}>
            {inZone(at, timeZone)} <span>{soon(at, now)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
