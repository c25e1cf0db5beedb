/** A field that is picked: yes or no, one out of a few or many, some out of a few. Not here: what is typed (Typed). */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../../components/Choice";
import { SearchChoice } from "../../../components/SearchChoice";
import { Segmented } from "../../../components/Segmented";
import { Toggle } from "../../../components/Toggle";
import { isTexts } from "../draft";
import styles from "../Field.module.css";
import type { BooleanField, EnumField, Option, PicksField } from "../form";
import { describedBy, FieldFrame } from "./Frame";
import type { FieldProps } from "./props";

const MOST_BESIDE = 4;
const LONGEST_BESIDE = 26;
const MOST_IN_LIST = 12;
const UNSET = "";

export function Check({ field, path, value, problems, bare, onChange }: FieldProps<BooleanField>) {
  const { t } = useTranslation();
  const id = useId();
  const problem = problems.get(path);
  const threefold = !field.required && field.initial === undefined;
  return (
    <FieldFrame title={field.title} id={id} bare={bare === true} description={field.description} problem={problem}>
      {threefold ? (
        <div id={id} className={styles.beside} data-testid={`field-${path}`} data-value={String(value)}>
          <Segmented
            label={field.title}
            value={value === true ? "yes" : value === false ? "no" : UNSET}
            options={[
              { value: UNSET, label: t("Not set") },
              { value: "yes", label: t("Yes") },
              { value: "no", label: t("No") },
            ]}
            onChange={(next) => onChange(next === UNSET ? "" : next === "yes")}
          />
        </div>
      ) : (
        <div className={styles.row}>
          <Toggle
            checked={value === true}
            onChange={onChange}
            id={id}
            labelledBy={`${id}-label`}
            testId={`field-${path}`}
          />
          <span>{value === true ? t("Yes") : t("No")}</span>
        </div>
      )}
    </FieldFrame>
  );
}

export function Enumerated({ field, path, value, problems, bare, onChange }: FieldProps<EnumField>) {
  const { t } = useTranslation();
  const id = useId();
  const problem = problems.get(path);
  const options = field.options.map((option) => choiceOf(option));
  if (!field.required) options.unshift({ value: UNSET, label: t("Not set") });
  const chosen = typeof value === "string" ? value : UNSET;
  const beside =
    options.length <= MOST_BESIDE && lengthOf(options) <= LONGEST_BESIDE && !options.some((one) => one.hint);
  return (
    <FieldFrame
      title={field.title}
      id={id}
      wide={options.length > MOST_IN_LIST || (beside && lengthOf(options) > 14)}
      bare={bare === true}
      description={field.description}
      problem={problem}
    >
      {beside ? (
        <div id={id} className={styles.beside} data-testid={`field-${path}`} data-value={chosen}>
          <Segmented label={field.title} value={chosen} options={options} onChange={onChange} />
        </div>
      ) : options.length <= MOST_IN_LIST ? (
        <Choice
          id={id}
          labelledBy={`${id}-label`}
          value={chosen}
          options={options}
          onChange={onChange}
          testId={`field-${path}`}
        />
      ) : (
        <SearchChoice
          id={id}
          labelledBy={`${id}-label`}
          describedBy={describedBy(id, field.description, problem)}
          invalid={problem !== undefined}
          value={chosen}
          options={options}
          placeholder={t("Type to find one of {{n}}", { n: field.options.length })}
          nothing={t("None is called that.")}
          onChange={onChange}
          testId={`field-${path}`}
        />
      )}
    </FieldFrame>
  );
}

/** Some out of a few, in the order in which they are offered. */
export function Picks({ field, path, value, problems, bare, onChange }: FieldProps<PicksField>) {
  const { t } = useTranslation();
  const id = useId();
  const problem = problems.get(path);
  const chosen = new Set(isTexts(value ?? "") ? (value as readonly string[]) : []);
  const toggle = (text: string) => {
    if (!chosen.delete(text)) chosen.add(text);
    onChange(field.options.map((option) => JSON.stringify(option.value)).filter((one) => chosen.has(one)));
  };
  return (
    <FieldFrame
      title={field.title}
      id={id}
      wide
      bare={bare === true}
      aside={field.required ? "" : t("optional")}
      description={field.description}
      problem={problem}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a box and a legend of its own */}
      <div role="group" aria-labelledby={`${id}-label`} id={id} className={styles.picks} data-testid={`field-${path}`}>
        {field.options.map((option) => {
          const text = JSON.stringify(option.value);
          return (
            <button
              key={text}
              type="button"
              aria-pressed={chosen.has(text)}
              title={option.hint}
              onClick={() => toggle(text)}
              data-testid="pick"
            >
              {option.label}
            </button>
          );
        })}
      </div>
    </FieldFrame>
  );
}

function choiceOf({ value, label, hint }: Option) {
  return { value: JSON.stringify(value), label, ...(hint === undefined ? {} : { hint }) };
}

function lengthOf(options: readonly { label: string }[]): number {
  return options.reduce((sum, { label }) => sum + label.length, 0);
}
