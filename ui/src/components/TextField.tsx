/** A labelled line of text with a quiet hint and a problem of its own. Not here: fields made from schemas. */
import { type InputHTMLAttributes, type Ref, useId } from "react";
import styles from "./TextField.module.css";

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
  label: string;
  value: string;
  onChange(value: string): void;
  hint?: string;
  problem?: string | null;
  mono?: boolean;
  ref?: Ref<HTMLInputElement>;
  testId?: string;
};

export function TextField({ label, value, onChange, hint, problem, mono = false, testId, ...rest }: TextFieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={`${styles.input} ${mono ? styles.mono : ""}`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        spellCheck={false}
        autoComplete="off"
        data-testid={testId}
        {...rest}
      />
      {note && (
        <span id={`${id}-note`} className={problem ? styles.problem : styles.hint}>
          {note}
        </span>
      )}
    </div>
  );
}
