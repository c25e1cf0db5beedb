/**
 * What has fields of its own: an object, and one out of several forms of a thing. What need not be there begins absent,
 * so that nothing of it is sent by accident. Not here: the fields inside (Fields).
 */

import type { TFunction } from "i18next";
import { Plus } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../../components/Choice";
import { Segmented } from "../../../components/Segmented";
import { begun, type Draft } from "../draft";
import styles from "../Field.module.css";
import type { Branch, ChoiceField, Field, ObjectField } from "../form";
import { Fields } from "./Fields";
import { FieldView } from "./FieldView";
import { describedBy, FieldFrame } from "./Frame";
import type { FieldProps } from "./props";

const MOST_BESIDE = 4;
const LONGEST_BESIDE = 34;

export function Nested({ field, path, value, problems, bare, onChange }: FieldProps<ObjectField>) {
  const { t } = useTranslation();
  const problem = problems.get(path);
  if (value === undefined)
    return <Absent field={field} path={path} problem={problem} onAdd={() => onChange(begun(field))} />;
  const inside = <Fields form={field} draft={value} problems={problems} path={path} onChange={onChange} />;
  const visible = field.extra !== null || field.fields.some((one) => one.kind !== "const");
  if (bare) return visible ? inside : null;
  return (
    <fieldset className={styles.nested} data-problem={problem === undefined ? undefined : true}>
      <legend>
        <span>{field.title}</span>
        <Leave field={field} path={path} onChange={onChange} />
      </legend>
      {field.description && <p className={styles.hint}>{field.description}</p>}
      {visible ? inside : <p className={styles.hint}>{t("Nothing more to say about it.")}</p>}
      {problem && <p className={styles.problem}>{problem}</p>}
    </fieldset>
  );
}

export function Branches({ field, path, value, problems, bare, onChange }: FieldProps<ChoiceField>) {
  const { t } = useTranslation();
  const id = useId();
  const problem = problems.get(path);
  if (value === undefined)
    return <Absent field={field} path={path} problem={problem} onAdd={() => onChange(begun(field))} />;
  const held =
    typeof value === "object" && value !== null && "branch" in value ? value : { branch: 0, drafts: [] as Draft[] };
  const branch = field.branches[held.branch];
  const labels = field.branches.map((one) => labelOf(one, t));
  const choose = (next: string) => onChange({ ...held, branch: Number(next) });
  const change = (draft: Draft) =>
    onChange({ ...held, drafts: field.branches.map((_, i) => (i === held.branch ? draft : held.drafts[i])) });
  return (
    <>
      <FieldFrame
        title={field.title}
        id={id}
        wide
        bare={bare === true}
        description={field.description}
        problem={branch && isComposite(branch.field) ? problem : undefined}
        aside={<Leave field={field} path={path} onChange={onChange} />}
      >
        {labels.length <= MOST_BESIDE && labels.join("").length <= LONGEST_BESIDE ? (
          <div id={id} className={styles.beside} data-testid={`field-${path}`}>
            <Segmented
              label={field.title}
              value={String(held.branch)}
              options={labels.map((label, i) => ({ value: String(i), label }))}
              onChange={choose}
            />
          </div>
        ) : (
          <Choice
            id={id}
            labelledBy={`${id}-label`}
            value={String(held.branch)}
            options={labels.map((label, i) => ({ value: String(i), label }))}
            testId={`field-${path}`}
            onChange={choose}
          />
        )}
      </FieldFrame>
      {branch && hasInside(branch.field) && (
        <div className={styles.nested} aria-describedby={describedBy(id, field.description, problem)}>
          <FieldView
            field={branch.field}
            path={path}
            value={held.drafts[held.branch]}
            problems={problems}
            bare
            onChange={change}
          />
        </div>
      )}
    </>
  );
}

function isComposite(field: Field): boolean {
  return field.kind === "object" || field.kind === "choice" || field.kind === "const";
}

function hasInside(field: Field): boolean {
  if (field.kind === "const") return false;
  return field.kind !== "object" || field.extra !== null || field.fields.some((one) => one.kind !== "const");
}

/** What a branch is called by its schema, else what kind of thing it is. */
function labelOf({ label, field }: Branch, t: TFunction): string {
  if (label !== null) return label;
  switch (field.kind) {
    case "number":
      return t("Number");
    case "boolean":
      return t("Yes or no");
    case "lines":
    case "chips":
    case "picks":
    case "cards":
      return t("List");
    case "object":
    case "rows":
      return t("Names and values");
    case "json":
      return "JSON";
    default:
      return t("Text");
  }
}

type AbsentProps = { field: Field; path: string; problem: string | undefined; onAdd(): void };

function Absent({ field, path, problem, onAdd }: AbsentProps) {
  const { t } = useTranslation();
  return (
    <div className={`${styles.field} ${styles.wide}`} data-problem={problem === undefined ? undefined : true}>
      <button
        type="button"
        className={styles.add}
        onClick={onAdd}
        title={field.description}
        data-testid={`add-${path}`}
      >
        <Plus size={14} strokeWidth={1.6} aria-hidden="true" /> {field.title}
        <em>{t("optional")}</em>
      </button>
      {problem && <p className={styles.problem}>{problem}</p>}
    </div>
  );
}

/** The ways out of something that need not be there, or may be null. */
function Leave({ field, path, onChange }: { field: Field; path: string; onChange(value: Draft): void }) {
  const { t } = useTranslation();
  if (field.required && !field.nullable) return null;
  return (
    <button
      type="button"
      className={styles.quiet}
      onClick={() => onChange(field.required ? null : undefined)}
      aria-label={t("Leave out {{name}}", { name: field.title })}
      data-testid={`leave-${path}`}
    >
      {t("Leave out")}
    </button>
  );
}
