/** What a method may do, as a mark and in words. Not here: counting, choosing. */
import { useTranslation } from "react-i18next";
import type { MethodView } from "../../bridge/types";
import styles from "./SkillsView.module.css";

type Effect = MethodView["effect"];

export function useEffectWords(): { [effect in Effect]: string } {
  const { t } = useTranslation();
  return { read: t("reads only"), change: t("changes things"), destroy: t("can destroy things") };
}

/** A ring that is empty, half or full: it does not rest on colour. */
export function EffectMark({ effect }: { effect: Effect }) {
  const words = useEffectWords();
  return (
    <svg
      className={styles.mark}
      data-effect={effect}
      width="12"
      height="12"
      viewBox="0 0 12 12"
      role="img"
      aria-label={words[effect]}
    >
      <title>{words[effect]}</title>
      <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.3" />
      {effect === "change" && <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />}
      {effect === "destroy" && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
    </svg>
  );
}
