/**
 * How a job goes about its targets, folded away until somebody wants it, and what is seldom wanted folded once more.
 * Not here: the fields (HowFields, Choosing, Place), what comes of it (state/policy).
 */
import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { PLAIN_POLICY, type Policy, policyWords } from "../../state/policy";
import { Choosing } from "./Choosing";
import styles from "./How.module.css";
import { Again, Away, Limits, Name, Waves } from "./HowFields";
import { Place } from "./Place";

type HowProps = { policy: Policy; effect: string; problem: string | null; onChange(policy: Policy): void };

export function How({ policy, effect, problem, onChange }: HowProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <section className={styles.how} aria-label={t("How it runs")}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        data-testid="how"
      >
        <Arrow size={14} strokeWidth={1.6} aria-hidden="true" />
        <b>{t("How it runs")}</b>
        <span>{policyWords(policy)}</span>
      </button>
      {(open || problem !== null) && (
        <div id={id} className={styles.fields}>
          {open && <Everything policy={policy} effect={effect} set={(patch) => onChange({ ...policy, ...patch })} />}
          {problem !== null && (
            <p className={styles.problem} role="alert" data-testid="how-problem">
              {problem}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

export type HowFieldsProps = { policy: Policy; effect: string; set(patch: Partial<Policy>): void };

function Everything(props: HowFieldsProps) {
  const { t } = useTranslation();
  const { policy } = props;
  return (
    <>
      <Name {...props} />
      <Waves {...props} />
      <Limits {...props} />
      <Again {...props} />
      <Away {...props} />
      <Choosing {...props} />
      <Seldom
        label={t("Its place among others")}
        used={
          policy.priority !== PLAIN_POLICY.priority ||
          policy.resource.trim() !== "" ||
          policy.cacheSeconds !== PLAIN_POLICY.cacheSeconds
        }
      >
        <Place {...props} />
      </Seldom>
    </>
  );
}

/** Open when something in it is not as usual. */
function Seldom({ label, used, children }: { label: string; used: boolean; children: ReactNode }) {
  const [open, setOpen] = useState(used);
  const id = useId();
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <div className={styles.seldom}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        data-testid="how-seldom"
      >
        <Arrow size={13} strokeWidth={1.6} aria-hidden="true" />
        {label}
      </button>
      {open && (
        <div id={id} className={styles.inner}>
          {children}
        </div>
      )}
    </div>
  );
}
