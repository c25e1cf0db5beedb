/** A code that is more than "one machine, soon": name, tags, how many, how long, and whether a person looks first. */
import { type FormEvent, useId, useState } from "react";
import type { JoinCodeRequest } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Toggle } from "../../components/Toggle";
import { t } from "../../i18n";
import styles from "./Join.module.css";

const lives = () => [
  { value: "900", label: t("{{count}} minutes", { count: 15 }) },
  { value: "3600", label: t("{{count}} hours", { count: 1 }) },
  { value: "86400", label: t("{{count}} days", { count: 1 }) },
  { value: "604800", label: t("{{count}} days", { count: 7 }) },
  { value: "2592000", label: t("{{count}} days", { count: 30 }) },
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
      setProblem(t("How many machines? Write a number from 1 to 100000."));
      return;
    }
    const words = tags.split(/[\s,]+/).filter((tag) => tag !== "");
    setProblem(
      await make({
        label: many ? name.trim() || t("{{count}} machines", { count: Number(uses) }) : name.trim(),
        uses: Number(uses),
        ttlSeconds: Number(life),
        name: many || name.trim() === "" ? null : name.trim(),
        tags: words,
        waitingRoom: waits,
      }),
    );
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label={t("Another line")} noValidate>
      <TextField
        label={many ? t("Label") : t("Name")}
        value={name}
        onChange={setName}
        placeholder={many ? t("e.g. rack 4") : t("its own")}
        testId="code-name"
      />
      <TextField
        label={t("Tags")}
        value={tags}
        onChange={setTags}
        placeholder="site:paris role:db"
        testId="code-tags"
      />
      <TextField label={t("Machines")} value={uses} onChange={setUses} inputMode="numeric" testId="code-uses" />
      <div className={styles.pick}>
        <span id={`${ids}-life`}>{t("Ends after")}</span>
        <Choice labelledBy={`${ids}-life`} value={life} options={lives()} onChange={setLife} testId="code-life" />
      </div>
      <div className={styles.wait}>
        <Toggle checked={waits ?? many} onChange={setWaits} labelledBy={`${ids}-wait`} testId="code-waits" />
        <span className={styles.waits} id={`${ids}-wait`}>
          {t("Each machine waits until you accept it")}
        </span>
        <Button type="submit" data-testid="make-code">
          {t("Make this line")}
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
