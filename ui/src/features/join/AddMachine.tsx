/**
 * Lets a machine in: a line for its system, ready to copy, and what becomes of it, live. One machine, soon, needs no
 * typing; a name, tags, more machines and a longer life are one button away. Shared by the empty map and the dialog.
 */
import { useState } from "react";
import type { JoinSystem, JoinView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Fingerprint } from "../../components/Fingerprint";
import { Notice } from "../../components/Notice";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { useTrust } from "../../state/hooks";
import { codeState } from "../../state/trust";
import { CodeForm } from "./CodeForm";
import styles from "./Join.module.css";
import { Progress } from "./Progress";
import { NotReachable, Reach } from "./Reach";
import { type Join, useJoin } from "./useJoin";

const NAMES: Record<JoinSystem, string> = { linux: "Linux", macos: "macOS", windows: "Windows", docker: "Docker" };

type AddMachineProps = { title: string; offerSwitch: boolean; onDone?: () => void };

export function AddMachine({ title, offerSwitch, onDone }: AddMachineProps) {
  const join = useJoin();
  return <JoinBody title={title} offerSwitch={offerSwitch} own={join} join={join.join} onDone={onDone} />;
}

type BodyProps = {
  title: string;
  lead?: string;
  offerSwitch: boolean;
  /** Absent when the code was made elsewhere. */
  own?: Join;
  join: JoinView | null;
  onDone?: (() => void) | undefined;
};

/** The same for a code that is at hand already. */
export function JoinBody({ title, lead, offerSwitch, own, join, onDone }: BodyProps) {
  const [system, setSystem] = useState<JoinSystem>(guessSystem());
  const [more, setMore] = useState(false);
  const live = useTrust((s) => s.codes.find(({ id }) => id === join?.code.id));
  const code = live ?? join?.code;
  const line = join?.lines.find((l) => l.system === system) ?? join?.lines[0];
  const spent = code !== undefined && codeState(code) !== "open";
  return (
    <>
      <div className={styles.top}>
        <div>
          <h1>{title}</h1>
          <p>{lead ?? t("Run this on the machine. It only opens a connection to here.")}</p>
        </div>
        {join && (
          <Segmented<JoinSystem>
            label={t("System")}
            value={line?.system ?? system}
            onChange={setSystem}
            options={join.lines.map((l) => ({ value: l.system, label: NAMES[l.system] ?? l.system }))}
          />
        )}
      </div>
      {own?.problem && (
        <div className={styles.notice}>
          <Notice tone="problem">{t("The line cannot be shown: {{problem}}", { problem: own.problem })}</Notice>
        </div>
      )}
      {line && (
        <div className={`${styles.line} ${spent ? styles.spent : ""}`}>
          <u aria-hidden="true">{line.system === "windows" ? "›" : "$"}</u>
          <code data-testid="empty-join-line">{line.line}</code>
          {!spent && <CopyButton look="primary" text={() => line.line} testId="copy-join-line" />}
        </div>
      )}
      {join && !join.reachable && (offerSwitch ? <Reach /> : <NotReachable />)}
      {join && code && (
        <Progress code={code} onDone={onDone} {...(own ? { onAgain: own.renew } : {})}>
          {own && (
            <Button
              look="bare"
              className={styles.exit ?? ""}
              aria-expanded={more}
              onClick={() => setMore(!more)}
              data-testid="more-join-options"
            >
              {more ? t("Fewer options") : t("Name, tags, more machines…")}
            </Button>
          )}
        </Progress>
      )}
      {own && more && <CodeForm make={own.make} />}
      {join && (
        <p className={styles.known}>
          {t("The spore will show this Nexus as")} <Fingerprint value={join.fingerprint} />
        </p>
      )}
    </>
  );
}

function guessSystem(): JoinSystem {
  const platform = `${navigator.platform} ${navigator.userAgent}`;
  if (/Win/.test(platform)) return "windows";
  return /Mac/.test(platform) ? "macos" : "linux";
}
