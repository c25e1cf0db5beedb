/** A key's fingerprint in groups that can be compared by eye, two lines at most. Not here: how it is made. */
import styles from "./Fingerprint.module.css";

export function Fingerprint({ value, testId }: { value: string; testId?: string }) {
  return (
    <code className={styles.fingerprint} data-testid={testId}>
      {value.split(" ").map((group, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other name than their place
        <span key={i}>{group} </span>
      ))}
    </code>
  );
}
