/**
 * One rule: what, how much, on which nodes, for how long, how bad; and who would meet it right now, while it is written.
 * Not here: whether it makes sense; the Nexus says that.
 */
import { type FormEvent, useEffect, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { AlertPreview, AlertRuleRequest, AlertRuleView, ConditionKind, Severity } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { Completing } from "../../components/Completing";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { Segmented } from "../../components/Segmented";
import { TextField } from "../../components/TextField";
import { t } from "../../i18n";
import { conditionWords, kindWords, severityWord } from "../../state/alertWords";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { useCompletion } from "../../state/useTarget";
import styles from "./Alerts.module.css";

const OF_NODES: readonly ConditionKind[] = [
  "offline",
  "cpu",
  "memory",
  "disk",
  "latency",
  "degraded",
  "held",
  "flapping",
];
const OF_OTHERS: readonly ConditionKind[] = [
  "job_failed",
  "job_waiting",
  "job_paused",
  "run_failed",
  "schedule_missed",
  "node_waiting",
];
/** Bounded by a percentage. */
const SHARES: readonly ConditionKind[] = ["cpu", "memory", "disk"];
const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];
const SETTLE_MS = 250;

type Draft = {
  name: string;
  kind: ConditionKind;
  above: string;
  times: string;
  minutes: string;
  nodes: string;
  hold: string;
  severity: Severity;
  enabled: boolean;
};
type RuleDialogProps = { rule: AlertRuleView | null; onClose(): void; onSaved(): void };

export function RuleDialog({ rule, onClose, onSaved }: RuleDialogProps) {
  const { bridge } = useConsole();
  const [draft, setDraft] = useState<Draft>(() => draftOf(rule));
  const [problem, setProblem] = useState<string | null>(null);
  const request = requestOf(draft);
  const preview = usePreview(request);
  const set = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await bridge.putAlertRule(rule?.id ?? null, request);
      onSaved();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <Modal
      title={rule === null ? t("New rule") : t("Change the rule")}
      open
      onClose={onClose}
      wide
      testId="alert-rule-dialog"
    >
      <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
        <When draft={draft} set={set} />
        <TextField
          label={t("Name")}
          value={draft.name}
          placeholder={conditionWords(request.condition)}
          onChange={(name) => set({ name })}
          testId="alert-rule-name"
        />
        {OF_NODES.includes(draft.kind) && <Nodes value={draft.nodes} onChange={(nodes) => set({ nodes })} />}
        <div className={styles.pair}>
          <TextField
            label={t("For how long it must be so, minutes")}
            value={draft.hold}
            onChange={(hold) => set({ hold })}
            inputMode="decimal"
            hint={t("0: at once. After a start of the Nexus nodes have two minutes to come back.")}
            testId="alert-rule-hold"
          />
          <div>
            <span className={styles.fieldLabel}>{t("How bad it is")}</span>
            <Segmented
              label={t("How bad it is")}
              value={draft.severity}
              onChange={(severity) => set({ severity })}
              options={SEVERITIES.map((value) => ({ value, label: severityWord(value) }))}
            />
          </div>
        </div>
        <Preview kind={draft.kind} preview={preview} />
        {problem !== null && (
          <Notice tone="problem" testId="alert-rule-problem">
            {problem}
          </Notice>
        )}
        <div className={styles.formFoot}>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <AskButton asks="putAlertRule" look="primary" type="submit" data-testid="save-alert-rule">
            {t("Save")}
          </AskButton>
        </div>
      </form>
    </Modal>
  );
}

function When({ draft, set }: { draft: Draft; set(patch: Partial<Draft>): void }) {
  const option = (value: ConditionKind, group: string) => ({ value, label: kindWords(value), group });
  const options = [
    ...OF_NODES.map((kind) => option(kind, t("Nodes"))),
    ...OF_OTHERS.map((kind) => option(kind, t("Jobs, schedules, the door"))),
  ];
  const { kind, above, times, minutes } = draft;
  return (
    <div className={styles.pair}>
      <div>
        <span className={styles.fieldLabel}>{t("When")}</span>
        <Choice
          label={t("When")}
          value={kind}
          options={options}
          onChange={(value) => set({ kind: value as ConditionKind, above: value === "latency" ? "500" : "90" })}
          testId="alert-rule-kind"
        />
      </div>
      {SHARES.includes(kind) && (
        <TextField
          label={t("Above, percent")}
          value={above}
          onChange={(next) => set({ above: next })}
          inputMode="numeric"
          hint={
            kind === "disk" ? t("The fullest disk of a node that can be written. Prototype spores do not tell.") : ""
          }
          testId="alert-rule-above"
        />
      )}
      {kind === "latency" && (
        <TextField
          label={t("Above, milliseconds")}
          value={above}
          onChange={(next) => set({ above: next })}
          inputMode="numeric"
          testId="alert-rule-above"
        />
      )}
      {kind === "flapping" && (
        <div className={styles.pair}>
          <TextField
            label={t("Lost so often")}
            value={times}
            onChange={(next) => set({ times: next })}
            inputMode="numeric"
          />
          <TextField
            label={t("In so many minutes")}
            value={minutes}
            onChange={(next) => set({ minutes: next })}
            inputMode="numeric"
          />
        </div>
      )}
    </div>
  );
}

function Nodes({ value, onChange }: { value: string; onChange(value: string): void }) {
  const complete = useCompletion();
  return (
    <Completing
      label={t("Nodes that count")}
      value={value}
      placeholder={t("* for all, or e.g. tag:web")}
      complete={complete}
      onChange={onChange}
      testId="alert-rule-nodes"
    />
  );
}

type Tried = { preview: AlertPreview | null; problem: string | null };

function Preview({ kind, preview: { preview, problem } }: { kind: ConditionKind; preview: Tried }) {
  const { fleet } = useConsole();
  if (!OF_NODES.includes(kind)) return null;
  if (problem !== null)
    return (
      <p className={styles.preview} data-testid="alert-preview" data-problem>
        {problem}
      </p>
    );
  if (preview === null) return <p className={styles.preview}>{t("Looking who it would be…")}</p>;
  const names = preview.ordinals.slice(0, 4).map((ordinal) => fleet.node(ordinal)?.name ?? "");
  return (
    <p className={styles.preview} data-testid="alert-preview">
      <b>
        {preview.count === 0
          ? t("Would fire now for nobody.")
          : t("Would fire now for {{count}} nodes.", { count: preview.count })}
      </b>{" "}
      {t("It looks at {{count}} nodes.", { count: preview.of })}
      {names.length > 0 && (
        <span>
          {names.join(", ")}
          {preview.count > names.length ? " …" : ""}
        </span>
      )}
    </p>
  );
}

/** Asked a moment after the rule changed. */
function usePreview(request: AlertRuleRequest): Tried {
  const { bridge } = useConsole();
  const [tried, setTried] = useState<Tried & { key: string }>({ key: "", preview: null, problem: null });
  const asked = { ...request, name: request.name.trim() === "" ? "?" : request.name };
  const key = JSON.stringify(asked);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      bridge.previewAlertRule(JSON.parse(key) as AlertRuleRequest).then(
        (preview) => wanted && setTried({ key, preview, problem: null }),
        (reason) => wanted && setTried({ key, preview: null, problem: problemText(reason) }),
      );
    }, SETTLE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, key]);
  return tried.key === key ? tried : { preview: null, problem: null };
}

function draftOf(rule: AlertRuleView | null): Draft {
  const text = (value: number | null | undefined, usual: number) => String(value ?? usual);
  return {
    name: rule?.name ?? "",
    kind: rule?.condition.kind ?? "cpu",
    above: text(rule?.condition.above, 90),
    times: text(rule?.condition.times, 5),
    minutes: text(rule?.condition.minutes, 15),
    nodes: rule?.nodes ?? "*",
    hold: String((rule?.forSeconds ?? 600) / 60),
    severity: rule?.severity ?? "warning",
    enabled: rule?.enabled ?? true,
  };
}

/** What is no number is told by the Nexus as one that does not fit. */
function requestOf({ name, kind, above, times, minutes, nodes, hold, severity, enabled }: Draft): AlertRuleRequest {
  const whole = (text: string, most: number) => (/^\d{1,6}$/.test(text.trim()) ? Math.min(most, Number(text)) : 0);
  const measured = SHARES.includes(kind) || kind === "latency";
  const condition = {
    kind,
    above: measured ? whole(above, kind === "latency" ? 999_999 : 255) : null,
    times: kind === "flapping" ? whole(times, 255) : null,
    minutes: kind === "flapping" ? whole(minutes, 65_535) : null,
  };
  const span = Number(hold.replace(",", "."));
  return {
    name: name.trim() === "" ? conditionWords(condition) : name,
    condition,
    nodes: OF_NODES.includes(kind) ? nodes : "*",
    forSeconds: Number.isFinite(span) && span >= 0 ? Math.min(999_999_999, Math.round(span * 60)) : 999_999_999,
    severity,
    enabled,
  };
}
