/**
 * What changes how a node stands: out for good, in again, a new key, forgotten. What cannot be taken back asks for the
 * node's name first. Not here: the line of a new key (given by whoever draws it, see `ui.rekeying`).
 */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { NodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Trust.module.css";

type Question = "revoke" | "remove";

/** `asked`: what was chosen elsewhere, and is asked here. */
export function Standing({ node, asked }: { node: NodeView; asked: Question | null }) {
  const { t } = useTranslation();
  const { bridge, ui } = useConsole();
  const [question, setQuestion] = useState<Question | null>(asked);
  const [problem, setProblem] = useState<string | null>(null);
  const { standing } = node.trust;
  const offline = node.state === "offline";
  const ask = async (what: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await what();
      setQuestion(null);
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  const release = () => bridge.releaseNode(node.id);
  const revoke = () => bridge.revokeNode(node.id);
  const remove = () => bridge.removeNode(node.id);
  const rekey = async () => ui.getState().set({ rekeying: await bridge.rekeyNode(node.id) });
  return (
    <div className={styles.standing}>
      <h2>{t("Standing")}</h2>
      <div className={styles.buttons}>
        {standing !== "accepted" && (
          <AskButton asks="releaseNode" small onClick={() => void ask(release)} data-testid="release">
            {t("Let it in again")}
          </AskButton>
        )}
        <AskButton asks="rekeyNode" small onClick={() => void ask(rekey)} data-testid="rekey">
          {t("New key…")}
        </AskButton>
        {standing !== "revoked" && (
          <AskButton
            asks="revokeNode"
            small
            aria-expanded={question === "revoke"}
            onClick={() => setQuestion(question === "revoke" ? null : "revoke")}
            data-testid="revoke"
          >
            {t("Revoke…")}
          </AskButton>
        )}
        <AskButton
          asks="removeNode"
          small
          disabled={!offline}
          title={offline ? undefined : t("Only a node that is offline can be removed; revoke it first")}
          aria-expanded={question === "remove"}
          onClick={() => setQuestion(question === "remove" ? null : "remove")}
          data-testid="remove"
        >
          {t("Remove…")}
        </AskButton>
      </div>
      {!offline && <p className={styles.quiet}>{t("It can be removed once it is offline.")}</p>}
      {question !== null && (
        <Sure
          key={question}
          question={question}
          name={node.name}
          onNo={() => setQuestion(null)}
          onYes={() => void ask(question === "revoke" ? revoke : remove)}
        />
      )}
      <Problem text={problem} />
    </div>
  );
}

function Problem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <Notice tone="problem" testId="standing-problem">
      {text}
    </Notice>
  );
}

function consequence(question: Question): string {
  return question === "revoke"
    ? t("Its session ends now, and its key never opens anything again. What runs on it goes on there, unwatched.")
    : t("The Nexus forgets it: its key, its name, its place on the map. It can only come back with a new join line.");
}

type SureProps = { question: Question; name: string; onYes(): void; onNo(): void };

function Sure({ question, name, onYes, onNo }: SureProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const form = useRef<HTMLFormElement>(null);
  // It may be asked from a menu, while this is far below.
  useEffect(() => {
    form.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const verb = question === "revoke" ? t("Revoke {{name}}", { name }) : t("Remove {{name}}", { name });
  const fits = typed.trim() === name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) onYes();
  };
  return (
    <form ref={form} className={styles.sure} onSubmit={submit} aria-label={verb} data-testid="sure">
      <p>{consequence(question)}</p>
      <TextField
        label={t("Type {{name}} to be sure", { name })}
        value={typed}
        onChange={setTyped}
        autoFocus
        testId="sure-name"
      />
      <div className={styles.buttons}>
        <Button small look="danger" type="submit" disabled={!fits} data-testid="sure-yes">
          {verb}
        </Button>
        <Button small look="bare" onClick={onNo}>
          {t("Keep it")}
        </Button>
      </div>
    </form>
  );
}
