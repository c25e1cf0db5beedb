/** What verifying came to: whole, or where it breaks. Each fault leads to its entry. */
import { ShieldAlert, ShieldCheck, X } from "lucide-react";
import type { AuditVerdict } from "../../bridge/typesProof";
import { IconButton } from "../../components/Button";
import { Fingerprint } from "../../components/Fingerprint";
import { count, counted } from "../../components/format";
import { plain } from "../../state/text";
import styles from "./Verdict.module.css";

type VerdictProps = { verdict: AuditVerdict; onChoose(number: number): void; onClose(): void };

export function Verdict({ verdict, onChoose, onClose }: VerdictProps) {
  const { ok } = verdict;
  const Icon = ok ? ShieldCheck : ShieldAlert;
  return (
    <section
      className={`${styles.verdict} ${ok ? "" : styles.broken}`}
      role={ok ? "status" : "alert"}
      data-testid="verdict"
      data-ok={ok}
    >
      <Icon size={20} strokeWidth={1.5} aria-hidden="true" />
      <div className={styles.words}>
        <b>{ok ? "The log is whole" : `The log is broken in ${counted(verdict.faults.length, "place")}`}</b>
        <p>
          {counted(verdict.entries, "entry", "entries")} from {count(verdict.first)} to {count(verdict.last)}{" "}
          {ok ? "fit their hashes and " : "were checked against "}
          {counted(verdict.checkpoints, "signature")} of this key
          {verdict.unsigned > 0 && `; the newest ${count(verdict.unsigned)} are not signed yet`}.
        </p>
        {verdict.faults.length > 0 && (
          <ul>
            {verdict.faults.map((fault) => (
              <li key={`${fault.number} ${fault.kind}`}>
                <button type="button" onClick={() => onChoose(fault.number)} data-testid="fault">
                  Entry {count(fault.number)}
                </button>
                <span>
                  {plain(fault.kind, 40).replaceAll("_", " ")}: {plain(fault.detail, 300)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <dl className={styles.keys}>
        <dt>Key</dt>
        <dd>
          <Fingerprint value={verdict.fingerprint} />
        </dd>
        <dt>Last hash</dt>
        <dd>
          <code title={verdict.hash}>{verdict.hash.slice(0, 16)}…</code>
        </dd>
      </dl>
      <IconButton label="Put the verdict away" onClick={onClose}>
        <X size={15} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </section>
  );
}
