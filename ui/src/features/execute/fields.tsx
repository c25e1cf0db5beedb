/**
 * Draws the fields of a form (schema.ts) over a draft (draft.ts), each with its label, hint and problem.
 * Not here: reading schemas, validation, or sending.
 */
import { type ReactNode, useId, useMemo, useState } from "react";
import { Choice } from "../../components/Choice";
import { Toggle } from "../../components/Toggle";
import { type Draft, type DraftValue, isChoice } from "./draft";
import styles from "./Field.module.css";
import { arrange, type ChoiceField, type EnumField, type Field, type ObjectField } from "./schema";
import type { Problems } from "./validate";

type FieldsProps = {
  form: ObjectField;
  draft: Draft;
  problems: Problems;
  prefix?: string;
  onChange(draft: Draft): void;
};

/** All fields of an object, in a grid of two columns. */
export function Fields({ form, ...rest }: FieldsProps) {
  return (
    <div className={styles.grid}>
      <Some fields={form.fields} {...rest} />
    </div>
  );
}

/**
 * The fields of a method: what is needed first, then `after` (the form puts the timeout there), and everything
 * else behind one button, which opens by itself when a problem hides there.
 */
export function MethodFields({ form, after, ...rest }: FieldsProps & { after: ReactNode }) {
  const { first, more } = useMemo(() => arrange(form), [form]);
  const [asked, setAsked] = useState(false);
  const open =
    asked || more.some((field) => [...rest.problems.keys()].some((path) => path.split("/")[0] === field.key));
  return (
    <div className={styles.grid}>
      <Some fields={first} {...rest} />
      {after}
      {more.length > 0 && (
        <button
          type="button"
          className={styles.more}
          aria-expanded={open}
          onClick={() => setAsked(!open)}
          data-testid="more-fields"
        >
          {open ? "Fewer options" : `More options (${more.length})`}
        </button>
      )}
      {open && <Some fields={more} {...rest} />}
    </div>
  );
}

function Some({
  fields,
  draft,
  problems,
  prefix = "",
  onChange,
}: Omit<FieldsProps, "form"> & { fields: readonly Field[] }) {
  return fields.map((field) =>
    field.kind === "const" ? null : (
      <FieldView
        key={field.key}
        field={field}
        path={prefix === "" ? field.key : `${prefix}/${field.key}`}
        value={draft[field.key]}
        problems={problems}
        onChange={(value) => onChange({ ...draft, [field.key]: value })}
      />
    ),
  );
}

type OneProps<F extends Field> = {
  field: F;
  path: string;
  value: DraftValue | undefined;
  problems: Problems;
  onChange(value: DraftValue): void;
};

function FieldView(props: OneProps<Field>) {
  const { field } = props;
  switch (field.kind) {
    case "object":
      return <Nested {...props} field={field} />;
    case "choice":
      return <Branches {...props} field={field} />;
    case "boolean":
      return <Check {...props} />;
    case "enum":
      return <Enumerated {...props} field={field} />;
    default:
      return <Typed {...props} />;
  }
}

/** Label, control, hint and problem of one field, tied together for assistive technology. */
export function FieldFrame(props: {
  title: string;
  id: string;
  wide?: boolean;
  aside?: string;
  description?: string;
  problem?: string | undefined;
  children: ReactNode;
}) {
  return (
    <div className={`${styles.field} ${props.wide ? styles.wide : ""}`}>
      <label className={styles.label} htmlFor={props.id} id={`${props.id}-label`}>
        {props.title}
        {props.aside && <em>{props.aside}</em>}
      </label>
      {props.children}
      {props.description && (
        <p className={styles.hint} id={`${props.id}-hint`} title={props.description}>
          {props.description}
        </p>
      )}
      {props.problem && (
        <p className={styles.problem} id={`${props.id}-problem`} role="alert">
          {props.problem}
        </p>
      )}
    </div>
  );
}

function Typed({ field, path, value, problems, onChange }: OneProps<Field>) {
  const id = useId();
  const text = typeof value === "string" ? value : "";
  const problem = problems.get(path);
  const tall =
    field.kind === "list" ||
    field.kind === "map" ||
    field.kind === "json" ||
    (field.kind === "text" && field.look === "multiline");
  const half =
    field.kind === "number" || (field.kind === "text" && (field.look === "path" || field.look === "duration"));
  const shared = {
    id,
    value: text,
    "data-testid": `field-${path}`,
    "aria-invalid": problem !== undefined,
    "aria-required": field.required,
    "aria-describedby": `${id}-hint ${id}-problem`,
    placeholder: field.placeholder,
    spellCheck: false,
    autoCapitalize: "off",
    autoComplete: "off",
    autoCorrect: "off",
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  const unit = field.kind === "number" ? field.unit : "";
  return (
    <FieldFrame
      title={field.title}
      id={id}
      wide={!half}
      aside={aside(field)}
      description={field.description}
      problem={problem}
    >
      {tall ? (
        <textarea {...shared} className={`${styles.input} ${styles.area} ${styles.mono}`} rows={4} />
      ) : (
        <span className={unit ? styles.withUnit : undefined}>
          <input
            {...shared}
            className={`${styles.input} ${field.kind === "number" ? "" : styles.mono}`}
            type={field.kind === "text" && field.look === "secret" ? "password" : "text"}
            inputMode={field.kind === "number" ? "decimal" : undefined}
          />
          {unit && <span className={styles.unit}>{unit}</span>}
        </span>
      )}
    </FieldFrame>
  );
}

function Check({ field, path, value, problems, onChange }: OneProps<Field>) {
  const id = useId();
  return (
    <FieldFrame title={field.title} id={id} description={field.description} problem={problems.get(path)}>
      <div className={styles.row}>
        <Toggle
          checked={value === true}
          onChange={onChange}
          id={id}
          labelledBy={`${id}-label`}
          testId={`field-${path}`}
        />
        <span>{value === true ? "Yes" : "No"}</span>
      </div>
    </FieldFrame>
  );
}

function Enumerated({ field, path, value, problems, onChange }: OneProps<EnumField>) {
  const id = useId();
  const options = field.options.map((option) => ({ value: JSON.stringify(option.value), label: option.label }));
  if (!field.required) options.unshift({ value: "", label: "Not set" });
  return (
    <FieldFrame title={field.title} id={id} description={field.description} problem={problems.get(path)}>
      <Choice
        id={id}
        labelledBy={`${id}-label`}
        value={typeof value === "string" ? value : ""}
        options={options}
        onChange={onChange}
        testId={`field-${path}`}
      />
    </FieldFrame>
  );
}

function Nested({ field, path, value, problems, onChange }: OneProps<ObjectField>) {
  const draft = typeof value === "object" && !isChoice(value) ? value : {};
  return (
    <fieldset className={styles.nested}>
      <legend>{field.title}</legend>
      <Fields form={field} draft={draft} problems={problems} prefix={path} onChange={onChange} />
    </fieldset>
  );
}

function Branches({ field, path, value, problems, onChange }: OneProps<ChoiceField>) {
  const id = useId();
  const state = isChoice(value) ? value : { branch: 0, drafts: [] };
  const branch = field.branches[state.branch];
  const options = field.branches.map((b, i) => ({ value: String(i), label: b.label }));
  return (
    <>
      <FieldFrame title={field.title} id={id} wide description={field.description} problem={problems.get(path)}>
        <Choice
          id={id}
          labelledBy={`${id}-label`}
          value={String(state.branch)}
          options={options}
          testId={`field-${path}`}
          onChange={(next) => onChange({ ...state, branch: Number(next) })}
        />
      </FieldFrame>
      {branch?.field.fields.some((f) => f.kind !== "const") && (
        <div className={styles.nested}>
          <Fields
            form={branch.field}
            draft={state.drafts[state.branch] ?? {}}
            problems={problems}
            prefix={path}
            onChange={(draft) =>
              onChange({ ...state, drafts: state.drafts.map((d, i) => (i === state.branch ? draft : d)) })
            }
          />
        </div>
      )}
    </>
  );
}

function aside(field: Field): string {
  const how = { json: "JSON", list: "one in each line", map: "NAME=value in each line" }[field.kind as string] ?? "";
  return [how, field.required || field.either ? "" : "optional"].filter(Boolean).join(", ");
}
