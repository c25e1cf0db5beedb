/** Label, control, hint and problem of one field, tied together for assistive technology. Not here: any control. */
import type { ReactNode } from "react";
import styles from "../Field.module.css";

type FrameProps = {
  title: string;
  id: string;
  wide?: boolean;
  aside?: ReactNode;
  description?: string;
  problem?: string | undefined;
  /** The label is said by what is around it. */
  bare?: boolean;
  children: ReactNode;
};

export function FieldFrame({ title, id, wide, aside, description, problem, bare, children }: FrameProps) {
  return (
    <div
      className={`${styles.field} ${wide ? styles.wide : ""}`}
      data-problem={problem === undefined ? undefined : true}
    >
      <div className={`${styles.label} ${bare ? "visually-hidden" : ""}`}>
        <label htmlFor={id} id={`${id}-label`}>
          {title}
        </label>
        {aside && <em>{aside}</em>}
      </div>
      {children}
      {description && (
        <p className={styles.hint} id={`${id}-hint`} title={description}>
          {description}
        </p>
      )}
      {problem && (
        <p className={styles.problem} id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** What describes a control, for `aria-describedby`. */
export function describedBy(id: string, description: string, problem: string | undefined): string | undefined {
  return (
    [description === "" ? "" : `${id}-hint`, problem ? `${id}-problem` : ""].filter(Boolean).join(" ") || undefined
  );
}
