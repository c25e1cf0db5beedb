/** A box to tick beside a sentence that says what is agreed to. Not here: switches of settings (Toggle). */
import type { ReactNode } from "react";
import styles from "./Tick.module.css";

type TickProps = { checked: boolean; onChange(checked: boolean): void; testId?: string; children: ReactNode };

export function Tick({ checked, onChange, testId, children }: TickProps) {
  return (
    <label className={styles.tick}>
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        data-testid={testId}
      />
      <span>{children}</span>
    </label>
  );
}
