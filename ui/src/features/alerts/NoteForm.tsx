/**
 * What somebody writes beside a cause, for whoever looks next. It stands with all of its alerts; an empty text takes it away.
 * Not here: who wrote what before (Happened).
 */
import { type FormEvent, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { CauseView } from "../../bridge/types";
import { TextField } from "../../components/TextField";
import { t } from "../../i18n";
import { note, ofCause } from "../../state/alertCommands";
import { useConsole } from "../../state/hooks";
import styles from "./Alerts.module.css";

/** The Nexus keeps so many bytes. */
const MOST = 500;

/** `written`: what stands there now; "" when nothing does, or not the same with all. */
export function NoteForm({ cause, written }: { cause: CauseView; written: string }) {
  const console = useConsole();
  const [draft, setDraft] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const text = (draft ?? written).trim();
  const long = new TextEncoder().encode(text).length > MOST;
  const changed = draft !== null && text !== written;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!changed || long || sending) return;
    setSending(true);
    // A refusal is told as a toast; what was typed stays.
    if (await note(console, ofCause(cause.key), text)) setDraft(null);
    setSending(false);
  };
  return (
    <form className={styles.noting} onSubmit={(event) => void submit(event)}>
      <TextField
        label={t("Note for others")}
        value={draft ?? written}
        placeholder={t("What is known, what is being done")}
        onChange={setDraft}
        problem={long ? t("Too long: at most {{n}} bytes are kept.", { n: MOST }) : null}
        testId="note"
      />
      <AskButton asks="noteAlert" small type="submit" disabled={!changed || long || sending} data-testid="save-note">
        {text === "" && written !== "" ? t("Take it away") : t("Write it down")}
      </AskButton>
    </form>
  );
}
