/**
 * Choose a method, fill in its parameters, run it. The same form serves one node and many; the footer always says
 * what will be touched, and a method that destroys asks for the typed number of nodes when there are many.
 * Not here: where it runs and where the output goes (the caller's `onRun`).
 */
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { counted } from "../../components/format";
import { Kbd, withModifier } from "../../components/Kbd";
import { Notice } from "../../components/Notice";
import { type Call, summarise } from "../../state/commands";
import { useUi } from "../../state/hooks";
import { nameOf, type OfferedMethod } from "./builtin";
import { type Draft, emptyDraft, toParameters, withoutSecrets } from "./draft";
import { keepDraft, keptDraft } from "./drafts";
import styles from "./ExecuteForm.module.css";
import fieldStyles from "./Field.module.css";
import { FieldFrame, MethodFields } from "./fields";
import { readForm } from "./schema";
import { type Problems, validate } from "./validate";

type ExecuteFormProps = {
  /** Drafts are kept under this key: a node's id, or "many". */
  scope: string;
  methods: readonly OfferedMethod[];
  /** How many nodes will really be asked. */
  targets: number;
  /** Why running is impossible just now, or null. */
  obstacle: string | null;
  notes?: ReactNode;
  /** More to decide, between the parameters and the notes. */
  how?: ReactNode;
  /** False while something else must be known first. */
  ready?: boolean;
  /** The worst that it may do on those that are meant, when it is more than the method says. */
  effect?: OfferedMethod["effect"];
  /** What more the footer says of those that are touched. */
  aside?: string;
  /** The word on the button. */
  verb?: string;
  /** A form that only writes something down: it touches nobody, so nothing is said of that and nothing confirmed. */
  later?: boolean;
  /** Only the parameters of the one method there is: no skill to pick, no time limit. */
  bare?: boolean;
  /** `typed` is the number that the operator typed to confirm; null: none was wanted. */
  onRun(call: Call, typed: number | null): void;
};

const TIMEOUTS = [5, 10, 30, 60, 300, 900, 3600, 14_400];
const EFFECT = { read: "read-only", change: "can change things", destroy: "can destroy things" } as const;
const NONE: Problems = new Map();

export function ExecuteForm({ methods, ...rest }: ExecuteFormProps) {
  const { scope, targets, notes } = rest;
  const [name, choose] = useChosenMethod(methods);
  const method = methods.find((m) => nameOf(m) === name);
  if (!method) {
    return (
      <div className={styles.form} data-testid="execute-form">
        <div className={styles.fields}>
          <Notice>
            {targets > 1
              ? "These nodes have no skill in common."
              : "This node announced no skill that can be run from here."}
          </Notice>
          {notes}
        </div>
        <div className={styles.foot} />
      </div>
    );
  }
  return (
    <MethodForm
      key={`${scope} ${name}`}
      {...rest}
      method={method}
      picker={<MethodPicker methods={methods} value={name} onChange={choose} />}
    />
  );
}

/** The method stays the same from node to node where it exists; a wish from the palette wins. */
function useChosenMethod(methods: readonly OfferedMethod[]): [string, (name: string) => void] {
  const chosen = useUi((s) => s.method);
  const setUi = useUi((s) => s.set);
  const known = methods.some((method) => nameOf(method) === chosen);
  const fallback = methods.find((method) => nameOf(method) === "ShellSkill.run") ?? methods[0];
  return [known ? chosen : fallback ? nameOf(fallback) : "", (method) => setUi({ method })];
}

function MethodPicker({
  methods,
  value,
  onChange,
}: {
  methods: readonly OfferedMethod[];
  value: string;
  onChange(name: string): void;
}) {
  const id = useId();
  const options = methods.map((method) => ({
    value: nameOf(method),
    label: nameOf(method),
    hint: method.title,
    group: method.skill,
  }));
  return (
    <FieldFrame title="Skill" id={id} wide>
      <Choice
        id={id}
        labelledBy={`${id}-label`}
        value={value}
        options={options}
        onChange={onChange}
        testId="method-picker"
      />
    </FieldFrame>
  );
}

type MethodFormProps = Omit<ExecuteFormProps, "methods"> & { method: OfferedMethod; picker: ReactNode };

function MethodForm(props: MethodFormProps) {
  const { scope, method, targets, obstacle, notes, how, ready = true, aside = "", onRun, picker } = props;
  const { verb = "Run", later = false, bare = false, effect = method.effect } = props;
  const element = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState("");
  const { form, draft, timeoutSeconds, problems, change, setTimeoutSeconds, check } = useDraft(scope, method);
  useFormCall(element);
  const confirming = !later && effect === "destroy" && targets > 1;
  const blocked =
    !ready || obstacle !== null || (!later && targets === 0) || (confirming && typed.trim() !== String(targets));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { call, firstProblem } = check();
    if (firstProblem !== null) {
      element.current?.querySelector<HTMLElement>(`[data-testid="field-${CSS.escape(firstProblem)}"]`)?.focus();
    } else if (!blocked) {
      setTyped("");
      onRun(call, confirming ? targets : null);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };

  return (
    <form
      ref={element}
      className={styles.form}
      data-testid="execute-form"
      onSubmit={submit}
      onKeyDown={onKeyDown}
      aria-label={`Run ${nameOf(method)}`}
      noValidate
    >
      <div className={styles.fields}>
        {!bare && picker}
        <MethodFields
          form={form}
          draft={draft}
          problems={problems}
          onChange={change}
          after={bare ? null : <Timeout value={timeoutSeconds} onChange={setTimeoutSeconds} />}
        />
        {problems.get("") && <Notice tone="problem">{problems.get("")}</Notice>}
        {how}
        {notes}
        {obstacle && <Notice testId="obstacle">{obstacle}</Notice>}
      </div>
      <div className={styles.foot}>
        {later ? <span className={styles.touched} /> : <Touched targets={targets} effect={effect} aside={aside} />}
        {confirming && <ConfirmCount targets={targets} typed={typed} onType={setTyped} />}
        <Button look={confirming ? "danger" : "primary"} type="submit" disabled={blocked} data-testid="run">
          {verb} <Kbd>{withModifier("↵")}</Kbd>
        </Button>
      </div>
    </form>
  );
}

/** What was typed for a method on these nodes, kept between visits, and its check before anything is sent. */
function useDraft(scope: string, method: OfferedMethod) {
  const form = useMemo(() => readForm(method.schema), [method.schema]);
  const key = `${scope} ${nameOf(method)}`;
  const [draft, setDraft] = useState<Draft>(() => keptDraft(key)?.draft ?? emptyDraft(form));
  const [timeoutSeconds, setTimeoutSeconds] = useState(() => keptDraft(key)?.timeoutSeconds ?? 30);
  const [problems, setProblems] = useState<Problems>(NONE);
  useEffect(() => keepDraft(key, { draft, timeoutSeconds }), [key, draft, timeoutSeconds]);
  const change = (next: Draft) => {
    setDraft(next);
    if (problems.size > 0) setProblems(validate(method.schema, form, toParameters(form, next)));
  };
  const check = (): { call: Call; firstProblem: string | null } => {
    const parameters = toParameters(form, draft);
    const found = validate(method.schema, form, parameters);
    setProblems(found);
    const repeated = method.timeoutParameter ? { [method.timeoutParameter]: timeoutSeconds } : {};
    const summary = summarise(withoutSecrets(form, parameters));
    const call = {
      skill: method.skill,
      method: method.method,
      parameters: { ...parameters, ...repeated },
      timeoutSeconds,
      summary,
    };
    return { call, firstProblem: found.keys().next().value ?? null };
  };
  return { form, draft, timeoutSeconds, problems, change, setTimeoutSeconds, check };
}

function Touched({ targets, effect, aside }: { targets: number; effect: OfferedMethod["effect"]; aside: string }) {
  return (
    <span className={styles.touched} data-testid="touched">
      On <b>{counted(targets, "node")}</b>
      {aside !== "" && <> · {aside}</>} ·{" "}
      <span className={effect === "destroy" && targets > 1 ? styles.destroys : undefined}>{EFFECT[effect]}</span>
    </span>
  );
}

function ConfirmCount({ targets, typed, onType }: { targets: number; typed: string; onType(typed: string): void }) {
  return (
    <input
      className={`${fieldStyles.input} ${styles.confirm}`}
      value={typed}
      onChange={(event) => onType(event.target.value)}
      inputMode="numeric"
      placeholder={`Type ${targets}`}
      aria-label={`Type ${targets} to confirm that ${targets} nodes will be touched`}
      data-testid="confirm-count"
    />
  );
}

function Timeout({ value, onChange }: { value: number; onChange(value: number): void }) {
  const id = useId();
  const options = TIMEOUTS.map((s) => ({
    value: String(s),
    label: s < 120 ? `${s} s` : s < 7200 ? `${s / 60} min` : `${s / 3600} h`,
  }));
  return (
    <FieldFrame title="Timeout" id={id}>
      <Choice
        id={id}
        labelledBy={`${id}-label`}
        value={String(value)}
        options={options}
        onChange={(next) => onChange(Number(next))}
        testId="call-timeout"
      />
    </FieldFrame>
  );
}

/** R on the map, or the button under a selection, brings the keyboard to the first field. */
function useFormCall(element: { current: HTMLFormElement | null }): void {
  const called = useUi((s) => s.formCalled);
  const setUi = useUi((s) => s.set);
  useEffect(() => {
    if (!called) return;
    setUi({ formCalled: false });
    element.current?.querySelector<HTMLElement>("input:not([aria-hidden]), textarea")?.focus();
  }, [called, setUi, element]);
}
