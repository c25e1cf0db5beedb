/** The honest word when a line could not work elsewhere, because the Nexus listens on this machine only. */
import { useId } from "react";
import { Notice } from "../../components/Notice";
import { Toggle } from "../../components/Toggle";
import { t } from "../../i18n";
import { useConsole, useSettings } from "../../state/hooks";
import styles from "./Join.module.css";

const onlyHere = () => t("The Nexus listens on this machine only, so the line works here but not elsewhere.");

export function NotReachable() {
  return (
    <div className={styles.notice} data-testid="not-reachable">
      <Notice tone="warning">{onlyHere()}</Notice>
    </div>
  );
}

/** Only machines that can reach this one can join; the switch changes that, and a refusal stays here. */
export function Reach() {
  const { settings } = useConsole();
  const exposed = useSettings((s) => s.settings?.exposed ?? false);
  const saving = useSettings((s) => s.saving);
  const restartNeeded = useSettings((s) => s.settings?.restartNeeded ?? false);
  const problem = useSettings((s) => s.problem);
  const id = useId();
  return (
    <div className={styles.reach} data-testid="not-reachable">
      <div>
        <b id={id}>{t("Listen on the network")}</b>
        {exposed && restartNeeded ? t("Saved. Takes effect when the app is started again.") : onlyHere()}
        {problem && <Notice tone="problem">{problem}</Notice>}
      </div>
      <Toggle
        checked={exposed}
        disabled={saving}
        labelledBy={id}
        onChange={(next) => void settings.getState().save({ exposed: next })}
        testId="expose"
      />
    </div>
  );
}
