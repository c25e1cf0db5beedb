/**
 * A fingerprint in groups that can be compared by eye, two lines where there is room: a key's has spaces, a
 * certificate's is twice as long and has colons. Not here: how it is made.
 */
import styles from "./Fingerprint.module.css";

/** Four bytes, "db:b6:f3:58:". */
const FOUR = /.{1,12}/g;

export function Fingerprint({ value, testId }: { value: string; testId?: string }) {
  const colons = value.includes(":");
  const groups = colons ? (value.match(FOUR) ?? []) : value.split(" ").map((group) => `${group} `);
  return (
    <code className={styles.fingerprint} data-colons={colons} data-testid={testId}>
      {groups.map((group, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other name than their place
        <span key={i}>{group}</span>
      ))}
    </code>
  );
}
