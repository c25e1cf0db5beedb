/**
 * A field that is typed: a line, several lines, a number with its unit, a secret, a node, a point in time, JSON. What
 * was understood of it stands beside it. Not here: picking (Picked), several of a thing (Chips, Cards, Rows).
 */

import type { TFunction } from "i18next";
import { Eye, EyeOff } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "../Field.module.css";
import type { Field, JsonField, LinesField, NumberField, TextField } from "../form";
import { stepped } from "../stepped";
import { understood } from "../understood";
import { Examples } from "./Examples";
import { describedBy, FieldFrame } from "./Frame";
import { NodeLine } from "./NodeLine";
import type { FieldProps } from "./props";

type TypedField = TextField | NumberField | LinesField | JsonField;

export function Typed({ field, path, value, problems, bare, onChange }: FieldProps<TypedField>) {
  const { t } = useTranslation();
  const id = useId();
  const typed = typeof value === "string" ? value : "";
  const problem = problems.get(path);
  const aside = bare ? "" : asideOf(field, t);
  const control = {
    id,
    value: typed,
    "data-testid": `field-${path}`,
    "aria-invalid": problem !== undefined,
    "aria-required": field.required,
    "aria-describedby": describedBy(id, field.description, problem),
    placeholder: placeholderOf(field),
    spellCheck: false,
    autoCapitalize: "off",
    autoComplete: "off",
    autoCorrect: "off",
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (
    <FieldFrame
      title={field.title}
      id={id}
      wide={!isHalf(field)}
      bare={bare === true}
      aside={aside}
      description={field.description}
      problem={problem}
    >
      {isTall(field) ? (
        <textarea {...control} className={`${styles.input} ${styles.area} ${styles.mono}`} rows={bare ? 2 : 4} />
      ) : field.kind === "text" && field.look === "node" ? (
        <NodeLine id={id} field={field} value={typed} problem={problem} testId={`field-${path}`} onChange={onChange} />
      ) : (
        <Line field={field} control={control} onChange={onChange} />
      )}
      {typed === "" && !bare && <Examples field={field} onChoose={onChange} />}
    </FieldFrame>
  );
}

type LineProps = {
  field: TypedField;
  control: React.InputHTMLAttributes<HTMLInputElement> & { value: string };
  onChange(value: string): void;
};

function Line({ field, control, onChange }: LineProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const secret = field.kind === "text" && field.look === "secret";
  const note = understood(field, control.value);
  const onKeyDown = (event: KeyboardEvent) => {
    if (field.kind !== "number" || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const next = stepped(field, control.value, event.key === "ArrowUp" ? 1 : -1, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    onChange(next);
  };
  return (
    <span className={styles.line}>
      <input
        {...control}
        className={`${styles.input} ${field.kind === "number" ? "" : styles.mono}`}
        type={secret && !shown ? "password" : "text"}
        inputMode={field.kind === "number" && field.unit === "" ? (field.integer ? "numeric" : "decimal") : undefined}
        maxLength={field.kind === "text" && field.maxLength ? field.maxLength + 200 : undefined}
        onKeyDown={onKeyDown}
        {...(secret ? { autoComplete: "new-password" } : {})}
      />
      {secret && (
        <button
          type="button"
          className={styles.reveal}
          onClick={() => setShown(!shown)}
          aria-label={shown ? t("Hide {{name}}", { name: field.title }) : t("Show {{name}}", { name: field.title })}
          aria-pressed={shown}
        >
          {shown ? (
            <EyeOff size={14} strokeWidth={1.6} aria-hidden="true" />
          ) : (
            <Eye size={14} strokeWidth={1.6} aria-hidden="true" />
          )}
        </button>
      )}
      {!secret && note !== "" && (
        <span className={styles.unit} data-testid="understood">
          {note}
        </span>
      )}
    </span>
  );
}

function isTall(field: Field): boolean {
  return field.kind === "lines" || field.kind === "json" || (field.kind === "text" && field.look === "multiline");
}

const HALF = new Set(["path", "duration", "date", "time"]);
function isHalf(field: Field): boolean {
  return field.kind === "number" || (field.kind === "text" && HALF.has(field.look));
}

function placeholderOf(field: TypedField): string {
  if (field.placeholder !== "" || field.kind !== "text") return field.placeholder;
  switch (field.look) {
    case "moment":
      return "2026-11-26 09:00, +2h, now";
    case "date":
      return "2026-11-26";
    case "time":
      return "09:00:00Z";
    case "uri":
      return "https://";
    case "duration":
      return "30s";
    default:
      return "";
  }
}

function asideOf(field: TypedField, t: TFunction): string {
  const parts: string[] = [];
  if (field.kind === "json") parts.push("JSON");
  if (field.kind === "lines") parts.push(t("one in each line"));
  if (field.kind === "number") parts.push(rangeOf(field));
  if (!field.required && !field.either) parts.push(t("optional"));
  return parts.filter((part) => part !== "").join(", ");
}

function rangeOf({ minimum, maximum, openBelow, openAbove, step, unit }: NumberField): string {
  if (unit !== "") return "";
  const near = (n: number | null) => n !== null && Math.abs(n) < 1e9;
  const by = step !== null && step !== 1 ? ` · ${step}` : "";
  if (near(minimum) && near(maximum)) return `${openBelow ? ">" : ""}${minimum}–${openAbove ? "<" : ""}${maximum}${by}`;
  if (near(minimum) && minimum !== 0) return `${openBelow ? ">" : "≥"} ${minimum}${by}`;
  if (near(maximum)) return `${openAbove ? "<" : "≤"} ${maximum}${by}`;
  return by.slice(3);
}
