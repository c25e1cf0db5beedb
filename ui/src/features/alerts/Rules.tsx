/** The rules: what is worth an alert, on which nodes, for how long. Read when they are looked at and after a change. */
import { useCallback, useEffect, useState } from "react";
import type { AlertRuleView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { StatusMark } from "../../components/StatusMark";
import { Toggle } from "../../components/Toggle";
import { t } from "../../i18n";
import { conditionWords, holdWords, markOf, ruleName, severityWord } from "../../state/alertWords";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import styles from "./Alerts.module.css";
import { RuleDialog } from "./RuleDialog";

export function Rules() {
  const { bridge } = useConsole();
  const [rules, setRules] = useState<readonly AlertRuleView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [editing, setEditing] = useState<AlertRuleView | "new" | null>(null);
  const read = useCallback(() => {
    bridge.alertRules().then(
      (list) => {
        setRules(list);
        setProblem(null);
      },
      (reason) => setProblem(problemText(reason)),
    );
  }, [bridge]);
  useEffect(read, [read]);
  const after = (asked: Promise<unknown>) => void asked.then(read, (reason) => setProblem(problemText(reason)));
  return (
    <section aria-label={t("Rules of alerts")} data-testid="alert-rules">
      <div className={styles.ruleHead}>
        <p>
          {t(
            "The Nexus looks at these once a second. Those that are there from the beginning can be changed and switched off.",
          )}
        </p>
        <Button look="primary" small onClick={() => setEditing("new")} data-testid="new-alert-rule">
          {t("New rule")}
        </Button>
      </div>
      {problem !== null && (
        <Notice tone="problem" testId="alert-rules-problem">
          {problem}
        </Notice>
      )}
      <ul className={styles.rows}>
        {rules?.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            onEdit={() => setEditing(rule)}
            onToggle={(enabled) => after(bridge.putAlertRule(rule.id, { ...bare(rule), enabled }))}
            onRemove={() => after(bridge.removeAlertRule(rule.id))}
          />
        ))}
      </ul>
      {editing !== null && (
        <RuleDialog
          rule={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            read();
          }}
        />
      )}
    </section>
  );
}

type RuleRowProps = { rule: AlertRuleView; onEdit(): void; onToggle(enabled: boolean): void; onRemove(): void };

function RuleRow({ rule, onEdit, onToggle, onRemove }: RuleRowProps) {
  const name = ruleName(plain(rule.name, 100));
  const changed = rule.changedBy !== null;
  return (
    <li className={styles.rule} data-testid="alert-rule" data-enabled={rule.enabled}>
      <StatusMark kind={markOf(rule)} />
      <button type="button" className={styles.what} onClick={onEdit} data-testid="edit-alert-rule">
        <b>
          <bdi>{name}</bdi>
        </b>
        <span>
          {severityWord(rule.severity)}
          {conditionWords(rule.condition) !== name && <> · {conditionWords(rule.condition)}</>}
          {rule.forSeconds > 0 && <> · {t("for {{time}}", { time: holdWords(rule.forSeconds) })}</>}
          {rule.nodes !== "*" && (
            <>
              {" · "}
              <code>{plain(rule.nodes, 200)}</code>
            </>
          )}
        </span>
      </button>
      {(!rule.builtIn || changed) && (
        <Button
          small
          onClick={onRemove}
          aria-label={rule.builtIn ? t("Put {{name}} back as it was", { name }) : t("Remove {{name}}", { name })}
        >
          {rule.builtIn ? t("As it was") : t("Remove")}
        </Button>
      )}
      <Toggle checked={rule.enabled} onChange={onToggle} label={t("{{name}} is looked at", { name })} />
    </li>
  );
}

function bare({ name, condition, nodes, forSeconds, severity, enabled }: AlertRuleView) {
  return { name, condition, nodes, forSeconds, severity, enabled };
}
