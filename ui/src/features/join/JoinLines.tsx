/**
 * How another machine joins: one line per system, ready to copy, and the honest word when it could not get through
 * because the Nexus listens on this machine only. Shared by the empty map and the settings.
 */
import { type ReactNode, useCallback, useEffect, useId, useState } from "react";
import type { JoinView } from "../../bridge/types";
import { CopyButton } from "../../components/CopyButton";
import { Notice } from "../../components/Notice";
import { Segmented } from "../../components/Segmented";
import { Toggle } from "../../components/Toggle";
import { useConsole, useSettings } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./JoinCard.module.css";

type System = JoinView["lines"][number]["system"];
const NAMES: Record<System, string> = { linux: "Linux", macos: "macOS", windows: "Windows", docker: "Docker" };

export function useJoin(): { join: JoinView | null; problem: string | null } {
  const { bridge } = useConsole();
  const exposed = useSettings((s) => s.settings?.exposed);
  const [state, setState] = useState<{ join: JoinView | null; problem: string | null }>({ join: null, problem: null });
  const read = useCallback(() => {
    bridge.join().then(
      (join) => setState({ join, problem: null }),
      (reason) => setState({ join: null, problem: problemText(reason) }),
    );
  }, [bridge]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is listened on decides what the lines say
  useEffect(read, [read, exposed]);
  return state;
}

type JoinLinesProps = { title: string; offerSwitch: boolean; heading?: "h1" | "h2"; children?: ReactNode };

export function JoinLines({ title, offerSwitch, heading: Heading = "h1", children }: JoinLinesProps) {
  const { join, problem } = useJoin();
  const [system, setSystem] = useState<System>(guessSystem());
  const line = join?.lines.find((l) => l.system === system) ?? join?.lines[0];
  return (
    <>
      <div className={styles.top}>
        <div>
          <Heading>{title}</Heading>
          <p>Run this on any machine. It only opens a connection to here.</p>
        </div>
        {join && (
          <Segmented<System>
            label="System"
            value={line?.system ?? system}
            onChange={setSystem}
            options={join.lines.map((l) => ({ value: l.system, label: NAMES[l.system] ?? l.system }))}
          />
        )}
      </div>
      {problem && (
        <div className={styles.notice}>
          <Notice tone="problem">The line cannot be shown: {problem}</Notice>
        </div>
      )}
      {line && (
        <div className={styles.line}>
          <u aria-hidden="true">{line.system === "windows" ? "›" : "$"}</u>
          <code data-testid="empty-join-line">{line.line}</code>
          <CopyButton look="primary" text={() => line.line} testId="copy-join-line" />
        </div>
      )}
      {join && !join.reachable && (offerSwitch ? <Reach /> : <NotReachable />)}
      {children}
    </>
  );
}

function NotReachable() {
  return (
    <div className={styles.notice} data-testid="not-reachable">
      <Notice tone="warning">The Nexus listens on this machine only, so the line works here but not elsewhere.</Notice>
    </div>
  );
}

/** Only machines that can reach this one can join; the switch changes that, and a refusal stays here. */
function Reach() {
  const { settings } = useConsole();
  const exposed = useSettings((s) => s.settings?.exposed ?? false);
  const saving = useSettings((s) => s.saving);
  const restartNeeded = useSettings((s) => s.settings?.restartNeeded ?? false);
  const problem = useSettings((s) => s.problem);
  const id = useId();
  return (
    <div className={styles.reach} data-testid="not-reachable">
      <div>
        <b id={id}>Listen on the network</b>
        {exposed && restartNeeded
          ? "Saved. Takes effect when the app is started again."
          : "The Nexus listens on this machine only, so the line works here but not elsewhere."}
        {problem && <Notice tone="problem">{problem}</Notice>}
      </div>
      <Toggle
        checked={exposed}
        disabled={saving}
        labelledBy={id}
        onChange={(next) => void settings.getState().save({ exposed: next })}
        testId="expose"
      />
    </div>
  );
}

function guessSystem(): System {
  const platform = `${navigator.platform} ${navigator.userAgent}`;
  if (/Win/.test(platform)) return "windows";
  return /Mac/.test(platform) ? "macos" : "linux";
}
