/**
 * The foot of a form: what is wrong with it, what will be touched, the number to type where that is wanted, and the
 * button. Not here: the fields.
 */
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import { Kbd, withModifier } from "../../components/Kbd";
import type { OfferedMethod } from "./builtin";
import styles from "./ExecuteForm.module.css";
import fieldStyles from "./Field.module.css";

type FootProps = {
  targets: number;
  effect: OfferedMethod["effect"];
  aside: string;
  verb: string;
  later: boolean;
  blocked: boolean;
  wrong: number;
  confirming: boolean;
  typed: string;
  onType(typed: string): void;
};

export function Foot({ targets, effect, aside, verb, later, blocked, wrong, confirming, typed, onType }: FootProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.foot}>
      <div className={styles.said}>
        <p className={styles.wrong} role="alert" data-testid="form-problems">
          {wrong > 0 ? t("{{count}} fields need a look", { count: wrong }) : ""}
        </p>
        {!later && <Touched targets={targets} effect={effect} aside={aside} />}
      </div>
      {confirming && <ConfirmCount targets={targets} typed={typed} onType={onType} />}
      <AskButton
        asks="execute"
        look={confirming ? "danger" : "primary"}
        type="submit"
        disabled={blocked}
        data-testid="run"
      >
        {verb} <Kbd>{withModifier("↵")}</Kbd>
      </AskButton>
    </div>
  );
}

function Touched({ targets, effect, aside }: { targets: number; effect: OfferedMethod["effect"]; aside: string }) {
  const { t } = useTranslation();
  const words = {
    read: t("read-only"),
    change: t("can change things"),
    destroy: t("can destroy things"),
  };
  return (
    <p className={styles.touched} data-testid="touched">
      {t("On")} <b>{t("{{count}} nodes", { count: targets })}</b>
      {aside !== "" && <> · {aside}</>} ·{" "}
      <span className={`${styles.effect} ${effect === "destroy" && targets > 1 ? styles.destroys : ""}`}>
        {words[effect]}
      </span>
    </p>
  );
}

function ConfirmCount({ targets, typed, onType }: { targets: number; typed: string; onType(typed: string): void }) {
  const { t } = useTranslation();
  return (
    <input
      className={`${fieldStyles.input} ${styles.confirm}`}
      value={typed}
      onChange={(event) => onType(event.target.value)}
      inputMode="numeric"
      placeholder={t("Type {{n}}", { n: targets })}
      aria-label={t("Type {{n}} to confirm that {{n}} nodes will be touched", { n: targets })}
      data-testid="confirm-count"
    />
  );
}
