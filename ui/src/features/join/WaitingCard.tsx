/**
 * A machine at the door: what it says of itself, the fingerprint to compare, and the two answers. What the Nexus
 * refuses is told in the card. Not here: why it waits.
 */
import { useState } from "react";
import type { WaitingView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Fingerprint } from "../../components/Fingerprint";
import { ago, gigabytes } from "../../components/format";
import { Notice } from "../../components/Notice";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Waiting.module.css";

export function WaitingCard({ one }: { one: WaitingView }) {
  const { bridge } = useConsole();
  const now = useNow(10_000);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const answer = async (ask: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await ask();
    } catch (reason) {
      setProblem(problemText(reason));
    }
    setBusy(false);
  };
  return (
    <li className={styles.card} data-testid="waiting-card" aria-label={t("{{name}} wants to join", { name: one.name })}>
      <div className={styles.who}>
        <b>
          <bdi>{one.name}</bdi>
        </b>
        <span>
          <bdi>{facts(one)}</bdi>
        </span>
        <span>
          <code>{one.address}</code> · {t("knocked {{when}}", { when: ago(one.firstSeen, now) })}
          {one.codeLabel !== "" && <> · {phrase("with “<label/>”", { label: <bdi>{one.codeLabel}</bdi> })}</>}
        </span>
      </div>
      <div className={styles.compare}>
        <Fingerprint value={one.fingerprint} testId="waiting-fingerprint" />
        <span>{t("Accept only if the machine shows the same.")}</span>
      </div>
      <div className={styles.answers}>
        <Button
          small
          look="primary"
          disabled={busy}
          onClick={() => void answer(() => bridge.accept(one.id))}
          aria-label={t("Accept {{name}}", { name: one.name })}
          data-testid="accept"
        >
          {t("Accept")}
        </Button>
        <Button
          small
          disabled={busy}
          onClick={() => void answer(() => bridge.turnAway(one.id))}
          aria-label={t("Turn away {{name}}", { name: one.name })}
          data-testid="turn-away"
        >
          {t("Turn away")}
        </Button>
      </div>
      {problem && (
        <div className={styles.problem}>
          <Notice tone="problem" testId="waiting-problem">
            {problem}
          </Notice>
        </div>
      )}
    </li>
  );
}

function facts(one: WaitingView): string {
  const system = [one.osName || one.platform, one.arch].filter(Boolean).join(" ");
  const parts = [
    system,
    one.cpuCores > 0 ? t("{{count}} cores", { count: one.cpuCores }) : "",
    one.memoryMb > 0 ? `${gigabytes(one.memoryMb)} GB` : "",
    one.hasGpu ? "GPU" : "",
    one.hasDocker ? "Docker" : "",
    one.sporeVersion === "" ? "" : `spore ${one.sporeVersion}`,
    one.tags.join(" "),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
