/** What a new token is to be. The Nexus judges it; what it says stands here. Not here: the secret. */
import { type FormEvent, useId, useState } from "react";
import type { MadeTokenView, Role } from "../../bridge/typesTrust";
import { Button } from "../../components/Button";
import { Choice, type ChoiceOption } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Tokens.module.css";

const ROLES = [
  { value: "viewer", label: "Viewer", hint: "sees" },
  { value: "operator", label: "Operator", hint: "runs and stops" },
  { value: "admin", label: "Admin", hint: "decides who else may" },
];
const LIVES = [
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
  { value: "2592000", label: "30 days" },
  { value: "7776000", label: "90 days" },
  { value: "31536000", label: "1 year" },
];

export function TokenForm({ onMade }: { onMade(made: MadeTokenView): void }) {
  const { bridge } = useConsole();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [life, setLife] = useState("7776000");
  const [nodes, setNodes] = useState("*");
  const [calls, setCalls] = useState("*");
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const list = calls.split(/[\s,]+/).filter((call) => call !== "");
    try {
      onMade(await bridge.makeToken({ name, role, nodes, calls: list, ttlSeconds: Number(life) }));
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label="New token" noValidate>
      <TextField label="Name" value={name} onChange={setName} placeholder="e.g. backup script" testId="token-name" />
      <Pick title="Role" value={role} options={ROLES} onChange={(next) => setRole(next as Role)} testId="token-role" />
      <Pick title="Ends after" value={life} options={LIVES} onChange={setLife} testId="token-life" />
      <div className={styles.wide}>
        <TextField
          label="Nodes"
          value={nodes}
          onChange={setNodes}
          mono
          hint="* is every node, empty is nobody; e.g. tag:gpu and not site=paris"
          testId="token-nodes"
        />
      </div>
      <div className={styles.wide}>
        <TextField
          label="Calls"
          value={calls}
          onChange={setCalls}
          mono
          hint="* is every call; e.g. ShellSkill.run FileSkill.*"
          testId="token-calls"
        />
      </div>
      {problem && (
        <div className={styles.wide}>
          <Notice tone="problem" testId="token-problem">
            {problem}
          </Notice>
        </div>
      )}
      <div className={styles.foot}>
        <span className={styles.note}>
          {role === "admin" && "An admin without limits can make tokens like this one."}
        </span>
        <Button type="submit" look="primary" data-testid="make-token">
          Make the token
        </Button>
      </div>
    </form>
  );
}

type PickProps = {
  title: string;
  value: string;
  options: readonly ChoiceOption[];
  onChange(value: string): void;
  testId: string;
};

function Pick({ title, ...rest }: PickProps) {
  const id = useId();
  return (
    <div className={styles.pick}>
      <span id={id}>{title}</span>
      <Choice labelledBy={id} {...rest} />
    </div>
  );
}
