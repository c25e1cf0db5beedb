/**
 * The form of one method: its head with the calls of before and the way to JSON, its fields, its foot. What is wrong
 * stands beside its field, and the first of it gets the keyboard. Not here: picking a method (ExecuteForm).
 */
import type { TFunction } from "i18next";
import { Braces, TextCursorInput } from "lucide-react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import { useConsole, useUi } from "../../state/hooks";
import { remember } from "../../state/savedCalls";
import { nameOf, type OfferedMethod } from "./builtin";
import type { ExecuteFormProps } from "./ExecuteForm";
import styles from "./ExecuteForm.module.css";
import fieldStyles from "./Field.module.css";
import { Foot } from "./Foot";
import { MethodFields } from "./fields/Fields";
import { FieldView } from "./fields/FieldView";
import { FieldFrame } from "./fields/Frame";
import { JsonSide } from "./JsonSide";
import { Recalled } from "./Recalled";
import { keptOf } from "./secrets";
import { useCall, type Writing } from "./useCall";

type MethodFormProps = Omit<ExecuteFormProps, "methods"> & {
  method: OfferedMethod;
  pickerId: string;
  picker: ReactNode;
};

const TIMEOUTS = [5, 10, 30, 60, 300, 900, 3600, 14_400];

export function MethodForm(props: MethodFormProps) {
  const { scope, method, targets, obstacle, notes, how, ready = true, aside = "", picker, pickerId } = props;
  const { t } = useTranslation();
  const { later = false, bare = false, effect = method.effect, verb = t("Run") } = props;
  const element = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState("");
  const writing = useCall(scope, method);
  useFormCall(element);
  const confirming = !later && effect === "destroy" && targets > 1;
  const blocked =
    !ready || obstacle !== null || (!later && targets === 0) || (confirming && typed.trim() !== String(targets));
  const submit = useSubmit(props, writing, element, blocked, () => {
    setTyped("");
    return confirming ? targets : null;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    // What opens over the form is inside of it for React only.
    if (!element.current?.contains(event.target as Node)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(event);
  };
  return (
    <form
      ref={element}
      className={styles.form}
      data-testid="execute-form"
      onSubmit={(event) => void submit(event)}
      onKeyDown={onKeyDown}
      aria-label={t("Run {{name}}", { name: nameOf(method) })}
      noValidate
    >
      <div className={styles.fields}>
        <Head bare={bare} picker={picker} pickerId={pickerId} method={method} writing={writing} />
        <Parameters writing={writing} after={bare ? null : <Timeout writing={writing} />} />
        {how}
        {notes}
        {obstacle && <Notice testId="obstacle">{obstacle}</Notice>}
      </div>
      <Foot
        targets={targets}
        effect={effect}
        aside={aside}
        verb={verb}
        later={later}
        blocked={blocked}
        wrong={writing.problems.size}
        confirming={confirming}
        typed={typed}
        onType={setTyped}
      />
    </form>
  );
}

/** Checks, brings the keyboard to what is wrong, else runs it and keeps it for the next time. */
function useSubmit(
  { method, later, onRun }: MethodFormProps,
  writing: Writing,
  element: { current: HTMLFormElement | null },
  blocked: boolean,
  confirmed: () => number | null,
) {
  const console = useConsole();
  const [failed, setFailed] = useState(0);
  // After the fields that were hidden are there.
  useEffect(() => {
    if (failed > 0) firstWrong(element.current)?.focus();
  }, [failed, element]);
  return async (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    const call = await writing.check();
    if (call === null) setFailed((times) => times + 1);
    else if (!blocked) {
      onRun(call, confirmed());
      if (!later) remember(console, call, keptOf(writing.form, call.parameters), method.title);
    }
  };
}

function firstWrong(form: HTMLElement | null): HTMLElement | null {
  const wrong = form?.querySelector<HTMLElement>('[data-problem="true"]');
  return (
    wrong?.querySelector<HTMLElement>('[aria-invalid="true"]') ??
    wrong?.querySelector<HTMLElement>("input:not([aria-hidden]), textarea, button") ??
    null
  );
}

type HeadProps = { bare: boolean; picker: ReactNode; pickerId: string; method: OfferedMethod; writing: Writing };

function Head({ bare, picker, pickerId, method, writing }: HeadProps) {
  const { t } = useTranslation();
  const json = writing.json !== null;
  const Icon = json ? TextCursorInput : Braces;
  return (
    <div className={styles.head}>
      <div className={fieldStyles.label}>
        {bare ? (
          <span>{t("Parameters")}</span>
        ) : (
          <label htmlFor={pickerId} id={`${pickerId}-label`}>
            {t("Skill")}
          </label>
        )}
        <span className={styles.tools}>
          {!bare && <Recalled method={method} writing={writing} />}
          {writing.form.kind !== "json" && (
            <button
              type="button"
              className={styles.tool}
              onClick={json ? writing.asForm : writing.asJson}
              aria-pressed={json}
              data-testid="json-toggle"
            >
              <Icon size={13} strokeWidth={1.6} aria-hidden="true" />
              {json ? t("As a form") : "JSON"}
            </button>
          )}
        </span>
      </div>
      {!bare && picker}
    </div>
  );
}

function Parameters({ writing, after }: { writing: Writing; after: ReactNode }) {
  const { t } = useTranslation();
  const { form, draft, json, problems, change } = writing;
  if (json !== null) {
    const alone = form.kind === "json" ? whyAlone(form.description, t) : null;
    return (
      <>
        <JsonSide value={json} problem={problems.get("")} alone={alone} onChange={(text) => change({ json: text })} />
        {after}
      </>
    );
  }
  if (form.kind === "object")
    return (
      <>
        <MethodFields
          form={form}
          draft={draft}
          problems={problems}
          onChange={(next) => change({ draft: next })}
          after={after}
        />
        {problems.get("") && <Notice tone="problem">{problems.get("")}</Notice>}
      </>
    );
  return (
    <div className={fieldStyles.grid}>
      <FieldView
        field={{ ...form, title: form.title || t("Parameters") }}
        path=""
        value={draft}
        problems={problems}
        onChange={(next) => change({ draft: next })}
      />
      {after}
    </div>
  );
}

function whyAlone(description: string, t: TFunction): string {
  const why = t("The node describes these parameters in a way that makes no form. Write them as JSON; it checks them.");
  return description === "" ? why : `${description} ${why}`;
}

function Timeout({ writing }: { writing: Writing }) {
  const { t } = useTranslation();
  const id = useId();
  const seconds = [...new Set([...TIMEOUTS, writing.timeoutSeconds])].sort((a, b) => a - b);
  const options = seconds.map((s) => ({
    value: String(s),
    label: s < 120 ? `${s} s` : s < 7200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`,
  }));
  return (
    <FieldFrame title={t("Timeout")} id={id}>
      <Choice
        id={id}
        labelledBy={`${id}-label`}
        value={String(writing.timeoutSeconds)}
        options={options}
        onChange={(next) => writing.change({ timeoutSeconds: Number(next) })}
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
