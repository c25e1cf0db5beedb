/** A code that is more than "one machine, soon": name, tags, how many, how long, and whether a person looks first. */
import { type FormEvent, useId, useState } from "react";
import type { JoinCodeRequest } from "../../bridge/typesTrust";
import { Button } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Toggle } from "../../components/Toggle";
import styles from "./Join.module.css";

const LIVES = [
  { value: "900", label: "15 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
  { value: "2592000", label: "30 days" },
];

export function CodeForm({ make }: { make(request: JoinCodeRequest): Promise<string | null> }) {
  const [name, setName] = useState("");
  const [tags, setTags] = useState("");
  const [uses, setUses] = useState("1");
  const [life, setLife] = useState("3600");
  const [waits, setWaits] = useState<boolean | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const ids = useId();
  const many = Number(uses) > 1;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!/^\d+$/.test(uses.trim())) {
      setProblem("How many machines? Write a number from 1 to 100000.");
      return;
    }
    const words = tags.split(/[\s,]+/).filter((tag) => tag !== "");
    setProblem(
      await make({
        label: many ? name.trim() || `${uses} machines` : name.trim(),
        uses: Number(uses),
        ttlSeconds: Number(life),
        name: many || name.trim() === "" ? null : name.trim(),
        tags: words,
        waitingRoom: waits,
      }),
    );
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label="Another line" noValidate>
      <TextField
        label={many ? "Label" : "Name"}
        value={name}
        onChange={setName}
        placeholder={many ? "e.g. rack 4" : "its own"}
        testId="code-name"
      />
      <TextField label="Tags" value={tags} onChange={setTags} placeholder="site:paris role:db" testId="code-tags" />
      <TextField label="Machines" value={uses} onChange={setUses} inputMode="numeric" testId="code-uses" />
      <div className={styles.pick}>
        <span id={`${ids}-life`}>Ends after</span>
        <Choice labelledBy={`${ids}-life`} value={life} options={LIVES} onChange={setLife} testId="code-life" />
      </div>
      <div className={styles.wait}>
        <Toggle checked={waits ?? many} onChange={setWaits} labelledBy={`${ids}-wait`} testId="code-waits" />
        <span className={styles.waits} id={`${ids}-wait`}>
          Each machine waits until you accept it
        </span>
        <Button type="submit" data-testid="make-code">
          Make this line
        </Button>
      </div>
      {problem && (
        <div className={styles.wide}>
          <Notice tone="problem" testId="code-problem">
            {problem}
          </Notice>
        </div>
      )}
    </form>
  );
}
