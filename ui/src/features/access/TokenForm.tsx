/** What a new token is to be. The Nexus judges it; what it says stands here. Not here: the secret. */
import { type FormEvent, useId, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { MadeTokenView, Role } from "../../bridge/types";
import { Choice, type ChoiceOption } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Tokens.module.css";

const roles = () => [
  { value: "viewer", label: t("Viewer"), hint: t("sees") },
  { value: "operator", label: t("Operator"), hint: t("runs and stops") },
  { value: "admin", label: t("Admin"), hint: t("decides who else may") },
];
const DAYS = [1, 7, 30, 90, 365];
const lives = () => DAYS.map((days) => ({ value: `${days * 86_400}`, label: t("{{count}} days", { count: days }) }));

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
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label={t("New token")} noValidate>
      <TextField
        label={t("Name")}
        value={name}
        onChange={setName}
        placeholder={t("e.g. backup script")}
        testId="token-name"
      />
      <Pick
        title={t("Role")}
        value={role}
        options={roles()}
        onChange={(next) => setRole(next as Role)}
        testId="token-role"
      />
      <Pick title={t("Ends after")} value={life} options={lives()} onChange={setLife} testId="token-life" />
      <div className={styles.wide}>
        <TextField
          label={t("Nodes")}
          value={nodes}
          onChange={setNodes}
          mono
          hint={t("* is every node, empty is nobody; e.g. tag:gpu and not site=paris")}
          testId="token-nodes"
        />
      </div>
      <div className={styles.wide}>
        <TextField
          label={t("Calls")}
          value={calls}
          onChange={setCalls}
          mono
          hint={t("* is every call; e.g. ShellSkill.run FileSkill.*")}
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
      <Foot role={role} />
    </form>
  );
}

function Foot({ role }: { role: Role }) {
  return (
    <div className={styles.foot}>
      <span className={styles.note}>
        {role === "admin" && t("An admin without limits can make tokens like this one.")}
      </span>
      <AskButton asks="makeToken" type="submit" look="primary" data-testid="make-token">
        {t("Make the token")}
      </AskButton>
    </div>
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
