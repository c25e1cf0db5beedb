/**
 * Free names with a value each, in rows; a last empty row is always there. Lines like NAME=value can be pasted into a
 * name. Not here: fields with names that the schema knows (Fields).
 */
import { X } from "lucide-react";
import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/Button";
import { begun, freshKey, type Row } from "../draft";
import styles from "../Field.module.css";
import { type Field, type RowsField, under } from "../form";
import type { Problems } from "../validate";
import { FieldView } from "./FieldView";
import type { FieldProps } from "./props";

export function MapRows({ field, path, value, problems, bare, onChange }: FieldProps<RowsField>) {
  const { t } = useTranslation();
  const rows = typeof value === "object" && value !== null && "rows" in value && !("fields" in value) ? value.rows : [];
  return (
    <Pairs
      title={bare ? "" : field.title}
      aside={field.required || field.either ? "" : t("optional")}
      description={field.description}
      value={field.value}
      rows={rows}
      path={path}
      problems={problems}
      onRows={(next) => onChange({ rows: next })}
    />
  );
}

type PairsProps = {
  title: string;
  aside?: string;
  description?: string;
  value: Field;
  rows: readonly Row[];
  path: string;
  problems: Problems;
  onRows(rows: readonly Row[]): void;
};

export function Pairs({ title, aside, description, value, rows, path, problems, onRows }: PairsProps) {
  const { t } = useTranslation();
  const id = useId();
  // The row that is not there yet keeps its key when it begins to be, so that typing goes on.
  const spare = useRef(freshKey());
  const problem = problems.get(path);
  const change = (key: number, patch: Partial<Row>) => {
    if (rows.some((row) => row.key === key)) onRows(rows.map((row) => (row.key === key ? { ...row, ...patch } : row)));
    else {
      onRows([...rows, { key, name: "", value: begun(value), ...patch }]);
      spare.current = freshKey();
    }
  };
  const paste = (text: string, key: number): boolean => {
    const pasted = value.kind === "text" ? pairsIn(text) : [];
    const at = rows.findIndex((row) => row.key === key);
    if (pasted.length > 0) onRows(at < 0 ? [...rows, ...pasted] : rows.toSpliced(at, 1, ...pasted));
    return pasted.length > 0;
  };
  return (
    <div className={`${styles.field} ${styles.wide}`} data-problem={problem === undefined ? undefined : true}>
      {title !== "" && (
        <div className={styles.label}>
          <span id={id}>{title}</span>
          {aside && <em>{aside}</em>}
        </div>
      )}
      <ul className={styles.pairs} aria-label={title || t("Names and values")} data-testid={`field-${path}`}>
        {[...rows, { key: spare.current, name: "", value: begun(value) }].map((row, i) => (
          <Pair
            key={row.key}
            row={row}
            at={i}
            last={i === rows.length}
            value={value}
            path={path}
            problems={problems}
            onChange={(patch) => change(row.key, patch)}
            onPaste={(text) => paste(text, row.key)}
            onRemove={() => onRows(rows.filter(({ key }) => key !== row.key))}
          />
        ))}
      </ul>
      {description && (
        <p className={styles.hint} title={description}>
          {description}
        </p>
      )}
      {problem && <p className={styles.problem}>{problem}</p>}
    </div>
  );
}

type PairProps = {
  row: Row;
  at: number;
  last: boolean;
  value: Field;
  path: string;
  problems: Problems;
  onChange(patch: Partial<Row>): void;
  onPaste(text: string): boolean;
  onRemove(): void;
};

function Pair({ row, at, last, value, path, problems, onChange, onPaste, onRemove }: PairProps) {
  const { t } = useTranslation();
  const wrong = problems.get(under(path, `#${at}`));
  const name = row.name.trim();
  const called = name || String(at + 1);
  return (
    <li className={styles.pair} data-testid="pair" data-problem={wrong === undefined ? undefined : true}>
      <input
        className={`${styles.input} ${styles.mono}`}
        value={row.name}
        placeholder={last ? t("Name") : ""}
        aria-label={t("Name {{n}}", { n: at + 1 })}
        aria-invalid={wrong !== undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange({ name: event.target.value })}
        onPaste={(event) => {
          if (onPaste(event.clipboardData.getData("text"))) event.preventDefault();
        }}
        data-testid="pair-name"
      />
      <FieldView
        field={{ ...value, title: t("Value of {{name}}", { name: called }), description: "" }}
        path={under(path, name === "" ? `#${at}` : name)}
        value={row.value}
        problems={wrong === undefined ? problems : NO_PROBLEMS}
        bare
        onChange={(next) => onChange({ value: next })}
      />
      {!last && (
        <IconButton label={t("Remove {{name}}", { name: called })} onClick={onRemove}>
          <X size={13} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
      )}
      {wrong && <p className={styles.problem}>{wrong}</p>}
    </li>
  );
}

/** Lines like NAME=value or export NAME=value, as they are copied from elsewhere. */
function pairsIn(text: string): Row[] {
  return text
    .split(/\r?\n/)
    .filter((line) => /^[^=\s][^=]*=/.test(line))
    .map((line) => {
      const at = line.indexOf("=");
      const name = line
        .slice(0, at)
        .trim()
        .replace(/^export\s+/, "");
      return { key: freshKey(), name, value: line.slice(at + 1) };
    });
}

const NO_PROBLEMS: Problems = new Map();
