/** What verifying came to: whole, or where it breaks. Each fault leads to its entry. */
import { ShieldAlert, ShieldCheck, X } from "lucide-react";
import type { AuditVerdict } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { Fingerprint } from "../../components/Fingerprint";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import styles from "./Verdict.module.css";
import { faultWord } from "./words";

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
        <b>
          {ok ? t("The log is whole") : t("The log is broken in {{count}} places", { count: verdict.faults.length })}
        </b>
        <p>
          {checked(verdict)}
          {verdict.unsigned > 0 && ` ${t("The newest {{n}} are not signed yet.", { n: verdict.unsigned })}`}
        </p>
        {verdict.faults.length > 0 && (
          <ul>
            {verdict.faults.map((fault) => (
              <li key={`${fault.number} ${fault.kind}`}>
                <button type="button" onClick={() => onChoose(fault.number)} data-testid="fault">
                  {t("Entry {{number}}", { number: fault.number })}
                </button>
                <span>
                  {faultWord(fault.kind)}: {plain(fault.detail, 300)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <dl className={styles.keys}>
        <dt>{t("Key")}</dt>
        <dd>
          <Fingerprint value={verdict.fingerprint} />
        </dd>
        <dt>{t("Last hash")}</dt>
        <dd>
          <code title={verdict.hash}>{verdict.hash.slice(0, 16)}…</code>
        </dd>
      </dl>
      <IconButton label={t("Put the verdict away")} onClick={onClose}>
        <X size={15} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </section>
  );
}

function checked({ ok, entries, first, last, checkpoints }: AuditVerdict): string {
  const what = {
    entries: t("{{count}} entries", { count: entries }),
    first,
    last,
    signatures: t("{{count}} signatures", { count: checkpoints }),
  };
  return ok
    ? t("{{entries}} from {{first}} to {{last}} fit their hashes and {{signatures}} of this key.", what)
    : t("{{entries}} from {{first}} to {{last}} were checked against {{signatures}} of this key.", what);
}
