/** What verifying came to: whole, or where it breaks. Each fault leads to its entry. */
import { ShieldAlert, ShieldCheck, X } from "lucide-react";
import type { AuditCopyView, AuditVerdict, FaultView, VerdictView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { Fingerprint } from "../../components/Fingerprint";
import { fullTime } from "../../components/format";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import styles from "./Verdict.module.css";
import { faultWord } from "./words";

type VerdictProps = {
  verdict: AuditVerdict;
  onChoose(number: number, instance: string | null): void;
  onClose(): void;
};

export function Verdict({ verdict, onChoose, onClose }: VerdictProps) {
  const { own, copies } = verdict;
  const broken = [own, ...copies.map((copy) => copy.verdict)].flatMap((one) => one.faults).length;
  const ok = own.ok && copies.every((copy) => copy.verdict.ok);
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
        <b>{ok ? t("The log is whole") : t("The log is broken in {{count}} places", { count: broken })}</b>
        <p>
          {checked(own)}
          {own.unsigned > 0 && ` ${t("The newest {{n}} are not signed yet.", { n: own.unsigned })}`}
        </p>
        <Faults faults={own.faults} onChoose={(number) => onChoose(number, null)} />
        {copies.map((copy) => (
          <div key={copy.copy} className={styles.copy} data-testid="verdict-copy" data-ok={copy.verdict.ok}>
            <p>
              {t("Copy of the log of {{name}}:", { name: plain(copy.instance.name, 80) })} {checked(copy.verdict)}
              {whyWord(copy)}
            </p>
            <Faults faults={copy.verdict.faults} onChoose={(number) => onChoose(number, copy.instance.id)} />
          </div>
        ))}
      </div>
      <dl className={styles.keys}>
        <dt>{t("Key")}</dt>
        <dd>
          <Fingerprint value={own.fingerprint} />
        </dd>
        <dt>{t("Last hash")}</dt>
        <dd>
          <code title={own.hash}>{own.hash.slice(0, 16)}…</code>
        </dd>
      </dl>
      <IconButton label={t("Put the verdict away")} onClick={onClose}>
        <X size={15} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </section>
  );
}

function Faults({ faults, onChoose }: { faults: readonly FaultView[]; onChoose(number: number): void }) {
  if (faults.length === 0) return null;
  return (
    <ul>
      {faults.map((fault) => (
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
  );
}

/** Why a copy begins where it does, when it is not the beginning of the log. */
function whyWord({ why, since, verdict }: AuditCopyView): string {
  const before = verdict.first - 1;
  switch (why) {
    case "diverged":
      return ` ${t("Since {{time}} the log there is another one after entry {{number}}; what it was before is kept.", { time: fullTime(since), number: before })}`;
    case "misfit":
      return ` ${t("Entry {{number}} did not fit there and was not copied.", { number: before })}`;
    case "unproved":
      return ` ${t("Entries up to {{number}} are gone there, and nobody signed that.", { number: before })}`;
    default:
      return "";
  }
}

function checked({ ok, entries, first, last, checkpoints }: VerdictView): string {
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
