/**
 * A runbook as text: read, changed, saved as a new version, or brought from a file. What the Nexus finds wrong stands
 * under the text, in its own words. Not here: the language (the Nexus reads it).
 */
import { FileUp, X } from "lucide-react";
import { type ChangeEvent, useEffect, useId, useRef, useState } from "react";
import { Button, IconButton } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Runbooks.module.css";

/** A file larger than this is no runbook. */
const LONGEST = 256 * 1024;
const BEGINNING = `name = "my-runbook"
title = "What it does, in a line"
target = "tag:web"

[[parameters]]
name = "lines"
type = "integer"
default = 50

[[steps]]
name = "look"

[steps.job]
skill_name = "ShellSkill"
method_name = "run"
parameters = { argv = ["journalctl", "-n", "{{lines}}"] }
`;

/** An empty name: a new one. */
export function Editor({ name, onDone }: { name: string; onDone(): void }) {
  const { bridge, plans } = useConsole();
  const [text, setText] = useState<string | null>(name === "" ? BEGINNING : null);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  useEffect(() => {
    if (name === "") return;
    bridge.runbookText(name).then(setText, (reason) => setProblem(problemText(reason)));
  }, [bridge, name]);
  const save = async () => {
    const own = name || nameIn(text ?? "");
    if (own === "") {
      setProblem('It needs a name, e.g. name = "my-runbook".');
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
    setProblem(brought === null ? "This file is too large to be a runbook." : null);
    if (brought !== null) setText(brought);
  };
  return (
    <aside
      className={styles.side}
      aria-label={name === "" ? "New runbook" : `Change ${name}`}
      data-testid="runbook-editor"
    >
      <div className={styles.sideHead}>
        <h2>{name === "" ? "New runbook" : name}</h2>
        <FromFile onText={bring} />
        <IconButton label="Close" onClick={onDone}>
          <X size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      <label className="visually-hidden" htmlFor={id}>
        The runbook as TOML
      </label>
      <textarea
        id={id}
        className={styles.text}
        value={text ?? ""}
        disabled={text === null}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(null);
        }}
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
        <Button look="primary" onClick={() => void save()} disabled={text === null} data-testid="runbook-save">
          Save
        </Button>
      </div>
    </aside>
  );
}

/** Brings the text of a file; null when it is too large to be one. */
function FromFile({ onText }: { onText(text: string | null): void }) {
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
        aria-label="Runbook file"
        onChange={(event) => void bring(event)}
        data-testid="runbook-file"
      />
      <Button small onClick={() => file.current?.click()}>
        <FileUp size={14} strokeWidth={1.6} aria-hidden="true" /> From a file
      </Button>
    </>
  );
}

/** The name that a new one gives itself, in TOML or JSON. */
function nameIn(text: string): string {
  return text.match(/^\s*"?name"?\s*[=:]\s*"([^"\n]{1,80})"/m)?.[1] ?? "";
}
