/**
 * What changes how a node stands: out for good, in again, a new key, forgotten. What cannot be taken back asks for the
 * node's name first. Not here: the line of a new key (given by whoever draws it, see `ui.rekeying`).
 */
import { type FormEvent, useState } from "react";
import type { NodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Trust.module.css";

type Question = "revoke" | "remove";

export function Standing({ node }: { node: NodeView }) {
  const { bridge, ui } = useConsole();
  const [question, setQuestion] = useState<Question | null>(null);
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
  const rekey = async () => ui.getState().set({ rekeying: await bridge.rekeyNode(node.id) });
  return (
    <div className={styles.standing}>
      <h2>Standing</h2>
      <div className={styles.buttons}>
        {standing !== "accepted" && (
          <Button small onClick={() => void ask(() => bridge.releaseNode(node.id))} data-testid="release">
            Let it in again
          </Button>
        )}
        <Button small onClick={() => void ask(rekey)} data-testid="rekey">
          New key…
        </Button>
        {standing !== "revoked" && (
          <Button
            small
            aria-expanded={question === "revoke"}
            onClick={() => setQuestion(question === "revoke" ? null : "revoke")}
            data-testid="revoke"
          >
            Revoke…
          </Button>
        )}
        <Button
          small
          disabled={!offline}
          title={offline ? undefined : "Only a node that is offline can be removed; revoke it first"}
          aria-expanded={question === "remove"}
          onClick={() => setQuestion(question === "remove" ? null : "remove")}
          data-testid="remove"
        >
          Remove…
        </Button>
      </div>
      {!offline && <p className={styles.quiet}>It can be removed once it is offline.</p>}
      {question !== null && (
        <Sure
          key={question}
          question={question}
          name={node.name}
          onNo={() => setQuestion(null)}
          onYes={() =>
            void ask(() => (question === "revoke" ? bridge.revokeNode(node.id) : bridge.removeNode(node.id)))
          }
        />
      )}
      {problem && (
        <Notice tone="problem" testId="standing-problem">
          {problem}
        </Notice>
      )}
    </div>
  );
}

const WHAT: Record<Question, { text: string; verb: string }> = {
  revoke: {
    text: "Its session ends now, and its key never opens anything again. What runs on it goes on there, unwatched.",
    verb: "Revoke",
  },
  remove: {
    text: "The Nexus forgets it: its key, its name, its place on the map. It can only come back with a new join line.",
    verb: "Remove",
  },
};

type SureProps = { question: Question; name: string; onYes(): void; onNo(): void };

function Sure({ question, name, onYes, onNo }: SureProps) {
  const [typed, setTyped] = useState("");
  const { text, verb } = WHAT[question];
  const fits = typed.trim() === name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) onYes();
  };
  return (
    <form className={styles.sure} onSubmit={submit} aria-label={`${verb} ${name}`} data-testid="sure">
      <p>{text}</p>
      <TextField label={`Type ${name} to be sure`} value={typed} onChange={setTyped} autoFocus testId="sure-name" />
      <div className={styles.buttons}>
        <Button small look="danger" type="submit" disabled={!fits} data-testid="sure-yes">
          {verb} {name}
        </Button>
        <Button small look="bare" onClick={onNo}>
          Keep it
        </Button>
      </div>
    </form>
  );
}
