/** A row of buttons of which one is pressed. Not here: more than a handful of choices (use Choice). */
import type { ReactNode } from "react";
import styles from "./Segmented.module.css";

type Option<T extends string> = { value: T; label: ReactNode };

export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange(value: T): void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a box and a legend that a toolbar does not want
    <div className={styles.group} role="group" aria-label={props.label}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === props.value}
          onClick={() => props.onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
