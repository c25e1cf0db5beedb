/**
 * The fields of an object in a grid of two columns; of a method what is needed first, then everything else behind one
 * button, which opens by itself when a problem hides there. Not here: single fields (FieldView).
 */
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Draft, Fields as Drafts, Row } from "../draft";
import styles from "../Field.module.css";
import { type Field, type ObjectField, under } from "../form";
import { arrange } from "../schema";
import type { Problems } from "../validate";
import { FieldView } from "./FieldView";
import { Pairs } from "./Rows";

type ObjectDraft = { fields: Drafts; rows: readonly Row[] };
type FieldsProps = {
  form: ObjectField;
  draft: Draft;
  problems: Problems;
  path?: string;
  onChange(draft: Draft): void;
};

export function Fields({ form, draft, path = "", ...rest }: FieldsProps) {
  const held = heldIn(draft);
  return (
    <div className={styles.grid}>
      <Some fields={form.fields} held={held} path={path} {...rest} />
      <Extra form={form} held={held} path={path} {...rest} />
    </div>
  );
}

export function MethodFields({ form, draft, after, ...rest }: FieldsProps & { after: ReactNode }) {
  const { t } = useTranslation();
  const { first, more } = useMemo(() => arrange(form), [form]);
  const [asked, setAsked] = useState(false);
  const held = heldIn(draft);
  const names = new Set(more.map((field) => under("", field.key)));
  const open = asked || [...rest.problems.keys()].some((path) => names.has(path.split("/")[0] ?? ""));
  return (
    <div className={styles.grid}>
      <Some fields={first} held={held} path="" {...rest} />
      {after}
      {more.length > 0 && (
        <button
          type="button"
          className={styles.more}
          aria-expanded={open}
          onClick={() => setAsked(!open)}
          data-testid="more-fields"
        >
          {open ? t("Fewer options") : t("More options ({{n}})", { n: more.length })}
        </button>
      )}
      {open && <Some fields={more} held={held} path="" {...rest} />}
      {(open || more.length === 0) && <Extra form={form} held={held} path="" {...rest} />}
    </div>
  );
}

type SomeProps = { held: ObjectDraft; path: string; problems: Problems; onChange(draft: Draft): void };

function Some({ fields, held, path, problems, onChange }: SomeProps & { fields: readonly Field[] }) {
  return fields.map((field) => (
    <FieldView
      key={field.key}
      field={field}
      path={under(path, field.key)}
      value={held.fields[field.key]}
      problems={problems}
      onChange={(value) => onChange({ ...held, fields: { ...held.fields, [field.key]: value } })}
    />
  ));
}

function Extra({ form, held, path, problems, onChange }: SomeProps & { form: ObjectField }) {
  const { t } = useTranslation();
  if (!form.extra) return null;
  return (
    <Pairs
      title={t("Other names")}
      value={form.extra}
      rows={held.rows}
      path={path}
      problems={problems}
      onRows={(rows) => onChange({ ...held, rows })}
    />
  );
}

export function heldIn(draft: Draft): ObjectDraft {
  return typeof draft === "object" && draft !== null && "fields" in draft ? draft : { fields: {}, rows: [] };
}
