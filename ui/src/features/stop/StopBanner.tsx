/**
 * While everything is stopped: who did it and why, what is proved and what is not, and the way back. After the release
 * it goes, unless something is unknown. Not here: asking for it (StopDialog).
 */
import { OctagonX } from "lucide-react";
import { Button } from "../../components/Button";
import { ago, count } from "../../components/format";
import { useNow } from "../../components/useNow";
import { useConsole, useJobs } from "../../state/hooks";
import { release } from "../../state/jobCommands";
import styles from "./Stop.module.css";

/** The owner of this machine, who is whoever reads it. */
const OWNER = "local";

export function StopBanner() {
  const console = useConsole();
  const stop = useJobs((s) => s.stop);
  if (!stop?.held) return null;
  return (
    <section className={styles.banner} aria-label="Everything is stopped" role="status" data-testid="stop-banner">
      <OctagonX size={17} strokeWidth={1.6} aria-hidden="true" />
      <p>
        <b>
          Stopped by <bdi>{stop.by === OWNER ? "you" : stop.by}</bdi>
        </b>{" "}
        <Since at={stop.since} />
        {stop.reason !== "" && <bdi> “{stop.reason}”</bdi>}
      </p>
      <ul>
        <li>{count(stop.stopping)} stopping</li>
        <li>{count(stop.proved)} proved</li>
        {stop.unknown > 0 && (
          <li className={styles.unknown} data-testid="stop-unknown">
            {count(stop.unknown)} unknown
          </li>
        )}
        {stop.neverSent > 0 && <li>{count(stop.neverSent)} never sent</li>}
        {stop.cannot > 0 && (
          <li className={styles.unknown} title="Their spores are too old to stop anything">
            {count(stop.cannot)} cannot be stopped
          </li>
        )}
      </ul>
      <span className={styles.space} />
      <Button small onClick={() => void release(console)} data-testid="stop-release">
        Release
      </Button>
    </section>
  );
}

function Since({ at }: { at: string }) {
  const now = useNow(10_000);
  const told = ago(at, now);
  return <>{told === "now" ? "just now" : told}.</>;
}
