/**
 * Expressions with a name: the one of this selection can be saved, the others are listed, chosen and removed. In an
 * expression they stand as @name. Read when somebody looks. Not here: typing one (TargetLine).
 */
import { Bookmark } from "lucide-react";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { SavedGroupView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { RemoveButton } from "../../components/RemoveButton";
import { TextField } from "../../components/TextField";
import { useConsole, useUi } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import styles from "./SavedGroups.module.css";

export function SavedGroups() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.saved}>
      <Button look="bare" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="saved-groups">
        <Bookmark size={13} strokeWidth={1.6} aria-hidden="true" /> {t("Saved groups")}
      </Button>
      {open && <List />}
    </div>
  );
}

function List() {
  const { t } = useTranslation();
  const { bridge, ui } = useConsole();
  const target = useUi((s) => s.target);
  const [groups, setGroups] = useState<readonly SavedGroupView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(() => {
    bridge.savedGroups().then(
      (list) => {
        setGroups(list);
        setProblem(null);
      },
      (reason) => setProblem(problemText(reason)),
    );
  }, [bridge]);
  useEffect(read, [read]);
  const choose = async (name: string) => {
    try {
      const request = { target: `@${name}`, nodeIds: null, skill: null, method: null };
      const { ordinals, target: normal } = await bridge.resolveTarget(request);
      ui.getState().select(ordinals, false, normal);
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  const remove = (name: string) => bridge.removeGroup(name).then(read, (reason) => setProblem(problemText(reason)));
  return (
    <div className={styles.list} data-testid="saved-group-list">
      {target !== "" && <SaveForm target={target} onSaved={read} />}
      {problem !== null && (
        <Notice tone="problem" testId="group-problem">
          {problem}
        </Notice>
      )}
      {groups?.length === 0 && target === "" && (
        <p className={styles.none}>{t("None yet. Write who is meant above, then it can be saved here.")}</p>
      )}
      {groups?.map((group) => (
        <div key={group.name} className={styles.row} data-testid="saved-group">
          <button type="button" onClick={() => void choose(group.name)} title={plain(group.target, 500)}>
            <code>@{plain(group.name, 64)}</code>
            <span>{group.count === null ? "" : t("{{count}} nodes", { count: group.count })}</span>
          </button>
          <RemoveButton what={t("the group {{name}}", { name: group.name })} onRemove={() => void remove(group.name)} />
        </div>
      ))}
    </div>
  );
}

function SaveForm({ target, onSaved }: { target: string; onSaved(): void }) {
  const { t } = useTranslation();
  const { bridge } = useConsole();
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await bridge.saveGroup(name.trim(), target);
      setName("");
      setProblem(null);
      onSaved();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
      <TextField
        label={t("Save this expression as")}
        value={name}
        onChange={setName}
        placeholder={"gpu-boxes"}
        problem={problem}
        testId="group-name"
      />
      <AskButton asks="saveGroup" type="submit" data-testid="save-group">
        {t("Save")}
      </AskButton>
    </form>
  );
}
