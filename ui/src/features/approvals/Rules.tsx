/** The rules: which calls, on which nodes, on how many, need a second yes. Read when the page opens and after a change. */
import { type FormEvent, useCallback, useEffect, useId, useState } from "react";
import type { RuleRequest, RuleView } from "../../bridge/typesProof";
import { Button } from "../../components/Button";
import { ago, counted } from "../../components/format";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Toggle } from "../../components/Toggle";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import styles from "./ApprovalsView.module.css";

/** How long an ask and its yes are good for, seconds. */
const LASTS = 900;

export function Rules() {
  const { bridge } = useConsole();
  const [rules, setRules] = useState<readonly RuleView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const read = useCallback(() => {
    bridge.rules().then(
      (list) => {
        setRules(list);
        setProblem(null);
      },
      (reason) => setProblem(problemText(reason)),
    );
  }, [bridge]);
  useEffect(read, [read]);
  const remove = (id: string) => bridge.removeRule(id).then(read, (reason) => setProblem(problemText(reason)));
  return (
    <section aria-labelledby="rules" data-testid="rules">
      <div className={styles.headRow}>
        <h2 id="rules">Rules</h2>
        <Button small aria-expanded={making} onClick={() => setMaking(!making)} data-testid="new-rule">
          {making ? "Cancel" : "New rule"}
        </Button>
      </div>
      {making && (
        <RuleForm
          onMade={() => {
            setMaking(false);
            read();
          }}
        />
      )}
      {problem && (
        <Notice tone="problem" testId="rules-problem">
          {problem}
        </Notice>
      )}
      {rules?.length === 0 && !making && (
        <p className={styles.none}>None: one person’s word is enough for everything.</p>
      )}
      {rules !== null && rules.length > 0 && (
        <ul className={styles.rows}>
          {rules.map((rule) => (
            <RuleRow key={rule.id} rule={rule} onRemove={() => void remove(rule.id)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function RuleRow({ rule, onRemove }: { rule: RuleView; onRemove(): void }) {
  return (
    <li className={styles.row} data-testid="rule">
      <div>
        <b>
          <bdi>{plain(rule.name, 128)}</bdi>
        </b>
        <span>
          <code>{plain(rule.calls.join(" "), 300)}</code> on {counted(rule.atLeast, "node")} or more
          {rule.nodes !== "*" && (
            <>
              {" "}
              of <code>{plain(rule.nodes, 300)}</code>
            </>
          )}{" "}
          · {rule.by === "another" ? "another admin says yes" : "any admin says yes, the asker too"} · made{" "}
          {ago(rule.createdAt)} by <bdi>{plain(rule.createdBy, 120)}</bdi>
        </span>
      </div>
      <Button
        small
        onClick={onRemove}
        aria-label={`Remove the rule ${plain(rule.name, 100)}`}
        data-testid="remove-rule"
      >
        Remove
      </Button>
    </li>
  );
}

function RuleForm({ onMade }: { onMade(): void }) {
  const { bridge } = useConsole();
  const [name, setName] = useState("");
  const [by, setBy] = useState<RuleRequest["by"]>("another");
  const [calls, setCalls] = useState("ShellSkill.*");
  const [nodes, setNodes] = useState("*");
  const [atLeast, setAtLeast] = useState("10");
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const list = calls.split(/[\s,]+/).filter((call) => call !== "");
    try {
      await bridge.makeRule({
        name,
        calls: list,
        nodes: nodes.trim(),
        atLeast: /^\d{1,6}$/.test(atLeast.trim()) ? Number(atLeast) : 0,
        ttlSeconds: LASTS,
        by,
      });
      onMade();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label="New rule" noValidate>
      <TextField label="Name" value={name} onChange={setName} placeholder="e.g. commands on many" testId="rule-name" />
      <TextField label="Calls" value={calls} onChange={setCalls} mono testId="rule-calls" />
      <TextField label="Nodes that count" value={nodes} onChange={setNodes} mono testId="rule-nodes" />
      <TextField
        label="From so many on"
        value={atLeast}
        onChange={setAtLeast}
        inputMode="numeric"
        testId="rule-count"
      />
      <div className={styles.by}>
        <Toggle
          checked={by === "another"}
          onChange={(on) => setBy(on ? "another" : "anyone")}
          labelledBy={id}
          testId="rule-another"
        />
        <span className={styles.words} id={id}>
          Another admin than the asker has to say yes
        </span>
        <Button type="submit" data-testid="make-rule">
          Make the rule
        </Button>
      </div>
      {problem && (
        <div className={styles.wide}>
          <Notice tone="problem" testId="rule-problem">
            {problem}
          </Notice>
        </div>
      )}
    </form>
  );
}
