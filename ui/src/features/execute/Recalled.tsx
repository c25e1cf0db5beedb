/**
 * The calls of before of a method: those with a name and the last ones that were run; one of them fills the form, and
 * what stands in the form can be given a name. Read when somebody looks. Not here: where they are kept (the Nexus).
 */
import { Popover } from "@base-ui/react/popover";
import { Bookmark, History, X } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { SavedCallView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { ago } from "../../components/format";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { summarise } from "../../state/commands";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { requestOf } from "../../state/savedCalls";
import { plain } from "../../state/text";
import type { OfferedMethod } from "./builtin";
import formStyles from "./ExecuteForm.module.css";
import styles from "./Recalled.module.css";
import { keptOf, toldOf } from "./secrets";
import { parametersOf, type Writing } from "./useCall";

type RecalledProps = { method: OfferedMethod; writing: Writing };

export function Recalled({ method, writing }: RecalledProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={formStyles.tool} data-testid="recall">
        <History size={13} strokeWidth={1.6} aria-hidden="true" />
        {t("Recent")}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={styles.positioner} sideOffset={6} align="end">
          <Popover.Popup className={styles.popup} aria-label={t("Calls of before")} data-testid="recalled">
            <List method={method} writing={writing} onDone={() => setOpen(false)} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function List({ method, writing, onDone }: RecalledProps & { onDone(): void }) {
  const { bridge } = useConsole();
  const { t } = useTranslation();
  const [calls, setCalls] = useState<readonly SavedCallView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { skill, method: name } = method;
  useEffect(() => {
    let gone = false;
    bridge.savedCalls(skill, name).then(
      (list) => !gone && setCalls(list),
      (reason) => !gone && setProblem(problemText(reason)),
    );
    return () => {
      gone = true;
    };
  }, [bridge, skill, name]);
  const choose = (call: SavedCallView) => {
    writing.fill(call.parameters, call.timeoutSeconds);
    onDone();
  };
  const remove = async (id: string) => {
    try {
      await bridge.removeSavedCall(id);
      setCalls((list) => list?.filter((call) => call.id !== id) ?? null);
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  const named = calls?.filter((call) => call.name !== "") ?? [];
  const recent = calls?.filter((call) => call.name === "") ?? [];
  return (
    <>
      {problem !== null && <Notice tone="problem">{problem}</Notice>}
      {named.length > 0 && <Some title={t("Saved")} calls={named} onChoose={choose} onRemove={remove} />}
      {recent.length > 0 && <Some title={t("Last run")} calls={recent} onChoose={choose} onRemove={remove} />}
      {calls?.length === 0 && <p className={styles.none}>{t("Nothing yet: what you run of this is kept here.")}</p>}
      <SaveForm
        method={method}
        writing={writing}
        onSaved={(saved) =>
          setCalls((list) => [
            saved,
            ...(list ?? []).filter((call) => call.id !== saved.id && call.name !== saved.name),
          ])
        }
      />
    </>
  );
}

type SomeProps = {
  title: string;
  calls: readonly SavedCallView[];
  onChoose(call: SavedCallView): void;
  onRemove(id: string): Promise<void>;
};

function Some({ title, calls, onChoose, onRemove }: SomeProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={title}>
      <h3 className={styles.heading}>{title}</h3>
      <ul className={styles.list}>
        {calls.map((call) => {
          const summary = plain(call.summary, 200);
          return (
            <li key={call.id} className={styles.call} data-testid="saved-call">
              <button type="button" className={styles.pick} onClick={() => onChoose(call)} title={summary}>
                {call.name === "" ? <code>{summary}</code> : <b>{plain(call.name, 80)}</b>}
                {call.name !== "" && <code>{summary}</code>}
                <em>
                  {ago(call.usedAt)}
                  {call.incomplete && <> · {t("secrets have to be typed again")}</>}
                </em>
              </button>
              <IconButton
                className={styles.forget ?? ""}
                label={t("Forget {{name}}", { name: plain(call.name, 80) || summary })}
                onClick={() => void onRemove(call.id)}
              >
                <X size={13} strokeWidth={1.6} aria-hidden="true" />
              </IconButton>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function SaveForm({ method, writing, onSaved }: RecalledProps & { onSaved(call: SavedCallView): void }) {
  const { bridge } = useConsole();
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    // The portal is outside of the form in the page, but inside of it for React.
    event.stopPropagation();
    const parameters = parametersOf(writing.form, writing);
    const { skill, method: verb } = method;
    const call = { skill, method: verb, timeoutSeconds: writing.timeoutSeconds, summary: "" };
    const told = { ...call, summary: summarise(toldOf(writing.form, parameters)) };
    const request = requestOf(told, keptOf(writing.form, parameters), name.trim(), method.title);
    if (name.trim() === "" || request === null) {
      setProblem(t("Give it a name."));
      return;
    }
    try {
      onSaved(await bridge.putSavedCall(request));
      setName("");
      setProblem(null);
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <form className={styles.save} onSubmit={(event) => void save(event)} noValidate>
      <TextField
        label={t("Save what stands in the form as")}
        value={name}
        onChange={setName}
        maxLength={80}
        problem={problem}
        testId="saved-name"
      />
      <AskButton asks="putSavedCall" type="submit" data-testid="save-call">
        <Bookmark size={13} strokeWidth={1.6} aria-hidden="true" /> {t("Save")}
      </AskButton>
    </form>
  );
}
