/** The floating bar under a selection of stars: how many, where, and the way to run something on them. */
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import { Button } from "../../components/Button";
import { Kbd } from "../../components/Kbd";
import { useCharts, useConsole, useReplay, useUi } from "../../state/hooks";
import styles from "./MapView.module.css";

export function SelectionBar() {
  const { t } = useTranslation();
  const { ui, fleet } = useConsole();
  const selected = useUi((s) => s.selected);
  const looking = useCharts((s) => s.preview !== null);
  const past = useReplay((s) => s.at !== null);
  // What stands elsewhere in a moment is not run on now.
  if (selected.size === 0 || looking) return null;
  const sites = new Set<string>();
  for (const ordinal of selected) if (sites.size < 4) sites.add(fleet.groupLabel(ordinal));
  const where =
    sites.size > 3
      ? t("several groups")
      : sites.size > 2
        ? t("{{count}} groups", { count: sites.size })
        : [...sites].join(", ");
  return (
    <div className={styles.selection} data-testid="selection-bar">
      <b>{t("{{count}} nodes", { count: selected.size })}</b>
      <span className={styles.where}>{where}</span>
      <span className={styles.rule} />
      <Button onClick={() => ui.getState().select([])}>{t("Clear")}</Button>
      <AskButton
        asks="submitJob"
        look="primary"
        disabled={past}
        title={past ? t("Running acts on the present. Go back to now first (Esc).") : undefined}
        onClick={() => ui.getState().callForm()}
        data-testid="run-on-selection"
      >
        {t("Run a skill…")} <Kbd>R</Kbd>
      </AskButton>
    </div>
  );
}
