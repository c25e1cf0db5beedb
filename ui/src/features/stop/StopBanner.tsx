/**
 * While everything is stopped: who did it and why, what is proved and what is not, and the way back. After the release
 * it goes, unless something is unknown. Not here: asking for it (StopDialog).
 */
import { OctagonX } from "lucide-react";
import { AskButton } from "../../asking/AskButton";
import { ago } from "../../components/format";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole, useJobs } from "../../state/hooks";
import { release } from "../../state/jobCommands";
import { isYou, personWord, useViewer } from "../../state/viewer";
import styles from "./Stop.module.css";

export function StopBanner() {
  const console = useConsole();
  const stop = useJobs((s) => s.stop);
  const viewer = useViewer();
  if (!stop?.held) return null;
  return (
    <section className={styles.banner} aria-label={t("Everything is stopped")} role="status" data-testid="stop-banner">
      <OctagonX size={17} strokeWidth={1.6} aria-hidden="true" />
      <p>
        <b>
          {isYou(viewer, stop.by)
            ? t("Stopped by you")
            : phrase("Stopped by <who/>", { who: <bdi>{personWord(viewer, stop.by)}</bdi> })}
        </b>{" "}
        <Since at={stop.since} />
        {stop.reason !== "" && <bdi> “{stop.reason}”</bdi>}
      </p>
      <ul>
        <li>{t("{{n}} stopping", { n: stop.stopping })}</li>
        <li>{t("{{n}} proved", { n: stop.proved })}</li>
        {stop.unknown > 0 && (
          <li className={styles.unknown} data-testid="stop-unknown">
            {t("{{n}} unknown", { n: stop.unknown })}
          </li>
        )}
        {stop.neverSent > 0 && <li>{t("{{n}} never sent", { n: stop.neverSent })}</li>}
        {stop.cannot > 0 && (
          <li className={styles.unknown} title={t("Their spores are too old to stop anything")}>
            {t("{{n}} cannot be stopped", { n: stop.cannot })}
          </li>
        )}
      </ul>
      <span className={styles.space} />
      <AskButton asks="releaseStop" small onClick={() => void release(console)} data-testid="stop-release">
        {t("Release")}
      </AskButton>
    </section>
  );
}

function Since({ at }: { at: string }) {
  const now = useNow(10_000);
  const told = ago(at, now);
  return <>{told === t("now") ? t("just now") : told}.</>;
}
