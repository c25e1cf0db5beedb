/** The rules: which calls, on which nodes, on how many, need a second yes. Read when the page opens and after a change. */
import { type FormEvent, useCallback, useEffect, useId, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { RuleRequest, RuleView } from "../../bridge/types";
import { ago } from "../../components/format";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { Toggle } from "../../components/Toggle";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import { usePersonWord } from "../../state/viewer";
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
        <h2 id="rules">{t("Rules")}</h2>
        <AskButton
          asks="makeRule"
          small
          aria-expanded={making}
          onClick={() => setMaking(!making)}
          data-testid="new-rule"
        >
          {making ? t("Cancel") : t("New rule")}
        </AskButton>
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
        <p className={styles.none}>{t("None: one person’s word is enough for everything.")}</p>
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
  const who = usePersonWord();
  return (
    <li className={styles.row} data-testid="rule">
      <div>
        <b>
          <bdi>{plain(rule.name, 128)}</bdi>
        </b>
        <span>
          {phrase(
            rule.nodes === "*"
              ? "<calls/> on {{count}} nodes or more"
              : "<calls/> on {{count}} nodes or more of <nodes/>",
            {
              calls: <code>{plain(rule.calls.join(" "), 300)}</code>,
              nodes: <code>{plain(rule.nodes, 300)}</code>,
            },
            { count: rule.atLeast },
          )}{" "}
          · {rule.by === "another" ? t("another admin says yes") : t("any admin says yes, the asker too")} ·{" "}
          {phrase("made <when/> by <who/>", {
            when: ago(rule.createdAt),
            who: <bdi>{who(rule.createdBy)}</bdi>,
          })}
        </span>
      </div>
      <AskButton
        asks="removeRule"
        small
        onClick={onRemove}
        aria-label={t("Remove the rule {{name}}", { name: plain(rule.name, 100) })}
        data-testid="remove-rule"
      >
        {t("Remove")}
      </AskButton>
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
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label={t("New rule")} noValidate>
      <TextField
        label={t("Name")}
        value={name}
        onChange={setName}
        placeholder={t("e.g. commands on many")}
        testId="rule-name"
      />
      <TextField label={t("Calls")} value={calls} onChange={setCalls} mono testId="rule-calls" />
      <TextField label={t("Nodes that count")} value={nodes} onChange={setNodes} mono testId="rule-nodes" />
      <TextField
        label={t("From so many on")}
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
          {t("Another admin than the asker has to say yes")}
        </span>
        <AskButton asks="makeRule" type="submit" data-testid="make-rule">
          {t("Make the rule")}
        </AskButton>
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
