/**
 * The versions of a runbook that are kept: looked at, compared with the newest, taken back into the editor. Taking one
 * back makes a new version when it is saved; nothing is ever undone behind somebody's back.
 * Not here: comparing (diff.ts), writing (Editor).
 */
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunbookVersionView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { ago } from "../../components/format";
import { Notice } from "../../components/Notice";
import { Segmented } from "../../components/Segmented";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { usePersonWord } from "../../state/viewer";
import { around, differing } from "./diff";
import styles from "./Versions.module.css";

type VersionsProps = { name: string; newest: string; onTake(text: string): void };

export function Versions({ name, newest, onTake }: VersionsProps) {
  const who = usePersonWord();
  const { t } = useTranslation();
  const { bridge } = useConsole();
  const [list, setList] = useState<readonly RunbookVersionView[] | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    bridge.runbookVersions(name).then(
      (all) => {
        const latestFirst = [...all].sort((a, b) => b.version - a.version);
        setList(latestFirst);
        setChosen(latestFirst[1]?.version ?? latestFirst[0]?.version ?? null);
      },
      (reason) => setProblem(problemText(reason)),
    );
  }, [bridge, name]);
  return (
    <div className={styles.versions} data-testid="runbook-versions">
      {problem !== null && <Notice tone="problem">{problem}</Notice>}
      <ul className={styles.list} aria-label={t("Versions")}>
        {(list ?? []).map(({ version, changedAt, changedBy }, i) => (
          <li key={version}>
            <button
              type="button"
              aria-pressed={version === chosen}
              onClick={() => setChosen(version)}
              data-testid="runbook-version"
            >
              <b>{t("version {{n}}", { n: version })}</b>
              <span>{i === 0 ? t("the newest") : ago(changedAt)}</span>
              <span>{who(changedBy)}</span>
            </button>
          </li>
        ))}
      </ul>
      {chosen !== null && <One key={chosen} name={name} version={chosen} newest={newest} onTake={onTake} />}
    </div>
  );
}

function One({ name, version, newest, onTake }: VersionsProps & { version: number }) {
  const { t } = useTranslation();
  const { bridge } = useConsole();
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [look, setLook] = useState<"diff" | "whole">("diff");
  useEffect(() => {
    bridge.runbookText(name, version).then(setText, (reason) => setProblem(problemText(reason)));
  }, [bridge, name, version]);
  const lines = useMemo(() => (text === null ? [] : around(differing(text, newest))), [text, newest]);
  if (problem !== null) return <Notice tone="problem">{problem}</Notice>;
  if (text === null) return null;
  const same = text === newest;
  return (
    <>
      <div className={styles.tools}>
        <Segmented<"diff" | "whole">
          label={t("How it is shown")}
          value={look}
          options={[
            { value: "diff", label: t("What became of it") },
            { value: "whole", label: t("As it was") },
          ]}
          onChange={setLook}
        />
        <Button small disabled={same} onClick={() => onTake(text)} data-testid="runbook-take-back">
          {t("Take this one back")}
        </Button>
      </div>
      {look === "whole" ? (
        <pre className={styles.text}>{text}</pre>
      ) : same ? (
        <p className={styles.same}>{t("It is the same as the newest.")}</p>
      ) : (
        <ol className={styles.diff} aria-label={t("From this version to the newest")} data-testid="runbook-diff">
          {lines.map((line, i) =>
            line === null ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text do not move
              <li key={i} data-kind="rest">
                …
              </li>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text do not move
              <li key={i} data-kind={line.kind}>
                <i aria-hidden="true">{line.kind === "gone" ? "−" : line.kind === "new" ? "+" : ""}</i>
                {line.kind !== "same" && (
                  <span className="visually-hidden">{line.kind === "gone" ? t("taken out:") : t("added:")}</span>
                )}
                {line.text}
              </li>
            ),
          )}
        </ol>
      )}
    </>
  );
}
