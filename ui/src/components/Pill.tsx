/** A state in a word, with its mark. */
import styles from "./Pill.module.css";
import { type MarkKind, StatusMark } from "./StatusMark";

export function Pill({ kind, children, testId }: { kind: MarkKind; children: string; testId?: string }) {
  return (
    <span className={`${styles.pill} ${styles[kind] ?? ""}`} data-testid={testId}>
      <StatusMark kind={kind} size={10} />
      {children}
    </span>
  );
}
