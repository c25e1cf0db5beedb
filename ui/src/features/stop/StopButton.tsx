/** The quiet way to the loudest thing: opens the dialog that stops everything. Not here: the dialog, and the banner. */
import { OctagonX } from "lucide-react";
import { t } from "../../i18n";
import { useConsole, useJobs } from "../../state/hooks";
import { useRefusal } from "../../state/viewer";
import styles from "./Stop.module.css";

export function StopButton() {
  const { ui } = useConsole();
  const held = useJobs((s) => s.stop?.held === true);
  const refusal = useRefusal("fleetStop");
  return (
    <button
      type="button"
      className={styles.button}
      onClick={() => ui.getState().set({ stopping: true })}
      disabled={held || refusal !== undefined}
      title={refusal ?? (held ? t("Everything is stopped") : t("Stop everything (Ctrl Shift S)"))}
      aria-label={t("Stop everything")}
      aria-keyshortcuts="Control+Shift+S"
      data-testid="stop-everything"
    >
      <OctagonX size={15} strokeWidth={1.6} aria-hidden="true" />
      {t("Stop")}
    </button>
  );
}
