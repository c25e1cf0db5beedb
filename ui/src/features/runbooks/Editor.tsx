/**
 * A runbook as text: read, changed, saved as a new version, or brought from a file. What the Nexus finds wrong stands
 * under the text, in its own words. Not here: the language (the Nexus reads it).
 */
import { FileUp, History, X } from "lucide-react";
import { type ChangeEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import { Button, IconButton } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { BEGINNING } from "./beginning";
import styles from "./Runbooks.module.css";
import { Versions } from "./Versions";

/** A file larger than this is no runbook. */
const LONGEST = 256 * 1024;
/** An empty name: a new one. */
export function Editor({ name, onDone }: { name: string; onDone(): void }) {
  const { t } = useTranslation();
  const { bridge, plans } = useConsole();
  const [text, setText] = useState<string | null>(name === "" ? BEGINNING : null);
  const [kept, setKept] = useState("");
  const [looking, setLooking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  useEffect(() => {
    if (name === "") return;
    bridge.runbookText(name, null).then(
      (newest) => {
        setText(newest);
        setKept(newest);
      },
      (reason) => setProblem(problemText(reason)),
    );
  }, [bridge, name]);
  const save = async () => {
    const own = name || nameIn(text ?? "");
    if (own === "") {
      setProblem(t("It needs a name, e.g. {{example}}", { example: 'name = "my-runbook"' }));
      return;
    }
    try {
      await bridge.putRunbook(own, text ?? "");
      await plans.getState().readRunbooks();
      onDone();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  const bring = (brought: string | null) => {
    setProblem(brought === null ? t("This file is too large to be a runbook.") : null);
    if (brought !== null) setText(brought);
  };
  return (
    <aside
      className={styles.side}
      aria-label={name === "" ? t("New runbook") : t("Change {{name}}", { name })}
      data-testid="runbook-editor"
    >
      <div className={styles.sideHead}>
        <h2>{name === "" ? t("New runbook") : name}</h2>
        {name !== "" && (
          <Button small aria-pressed={looking} onClick={() => setLooking(!looking)} data-testid="runbook-show-versions">
            <History size={14} strokeWidth={1.6} aria-hidden="true" /> {t("Versions")}
          </Button>
        )}
        <FromFile onText={bring} />
        <IconButton label={t("Close")} onClick={onDone}>
          <X size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      {looking ? (
        <Versions
          name={name}
          newest={kept}
          onTake={(older) => {
            bring(older);
            setLooking(false);
          }}
        />
      ) : (
        <Text id={id} text={text} problem={problem} onChange={bring} onSave={() => void save()} />
      )}
    </aside>
  );
}

type TextProps = {
  id: string;
  text: string | null;
  problem: string | null;
  onChange(text: string): void;
  onSave(): void;
};

function Text({ id, text, problem, onChange, onSave }: TextProps) {
  const { t } = useTranslation();
  return (
    <>
      <label className="visually-hidden" htmlFor={id}>
        {t("The runbook as TOML")}
      </label>
      <textarea
        id={id}
        className={styles.text}
        value={text ?? ""}
        disabled={text === null}
        onChange={(event) => onChange(event.target.value)}
        spellCheck={false}
        aria-invalid={problem !== null || undefined}
        data-testid="runbook-text"
      />
      <div className={styles.foot}>
        {problem !== null && (
          <Notice tone="problem" testId="runbook-problem">
            {problem}
          </Notice>
        )}
        <AskButton
          asks="putRunbook"
          look="primary"
          onClick={onSave}
          disabled={text === null}
          data-testid="runbook-save"
        >
          {t("Save")}
        </AskButton>
      </div>
    </>
  );
}

/** Brings the text of a file; null when it is too large to be one. */
function FromFile({ onText }: { onText(text: string | null): void }) {
  const { t } = useTranslation();
  const file = useRef<HTMLInputElement>(null);
  const bring = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (chosen) onText(chosen.size > LONGEST ? null : await chosen.text());
  };
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".toml,.json"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t("Runbook file")}
        onChange={(event) => void bring(event)}
        data-testid="runbook-file"
      />
      <Button small onClick={() => file.current?.click()}>
        <FileUp size={14} strokeWidth={1.6} aria-hidden="true" /> {t("From a file")}
      </Button>
    </>
  );
}

/** The name that a new one gives itself, in TOML or JSON. */
function nameIn(text: string): string {
  return text.match(/^\s*"?name"?\s*[=:]\s*"([^"\n]{1,80})"/m)?.[1] ?? "";
}
