/**
 * Choose a method, fill in its parameters, run it. The same form serves one node and many; the footer always says
 * what will be touched, and a method that destroys asks for the typed number of nodes when there are many.
 * Not here: one method's form (MethodForm), where it runs and where the output goes (the caller's `onRun`).
 */
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../components/Choice";
import { Notice } from "../../components/Notice";
import type { Call } from "../../state/commands";
import { useUi } from "../../state/hooks";
import { nameOf, type OfferedMethod } from "./builtin";
import styles from "./ExecuteForm.module.css";
import { MethodForm } from "./MethodForm";

export type ExecuteFormProps = {
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

export function ExecuteForm({ methods, ...rest }: ExecuteFormProps) {
  const { t } = useTranslation();
  const id = useId();
  const { scope, targets, notes } = rest;
  const [name, choose] = useChosenMethod(methods);
  const method = methods.find((m) => nameOf(m) === name);
  if (!method) {
    return (
      <div className={styles.form} data-testid="execute-form">
        <div className={styles.fields}>
          <Notice>
            {targets > 1
              ? t("These nodes have no skill in common.")
              : t("This node announced no skill that can be run from here.")}
          </Notice>
          {notes}
        </div>
        <div className={styles.foot} />
      </div>
    );
  }
  const options = methods.map((one) => ({
    value: nameOf(one),
    label: nameOf(one),
    hint: one.title,
    group: one.skill,
  }));
  return (
    <MethodForm
      key={`${scope} ${name}`}
      {...rest}
      method={method}
      pickerId={id}
      picker={
        <Choice
          id={id}
          labelledBy={`${id}-label`}
          value={name}
          options={options}
          onChange={choose}
          testId="method-picker"
        />
      }
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
