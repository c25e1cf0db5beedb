/** Where news is told: the polite spoken line, and toasts for what has no place of its own. */

import { X } from "lucide-react";
import { IconButton } from "../components/Button";
import { t } from "../i18n";
import { useConsole, useNews } from "../state/hooks";
import styles from "./Regions.module.css";

export function Regions() {
  const { news } = useConsole();
  const spoken = useNews((s) => s.spoken);
  const toasts = useNews((s) => s.toasts);
  return (
    <>
      <div className="visually-hidden" aria-live="polite" data-testid="spoken">
        {spoken}
      </div>
      <section className={styles.toasts} aria-label={t("Messages")} hidden={toasts.length === 0}>
        {toasts.map((toast) => (
          <div
            key={toast.key}
            className={`${styles.toast} ${toast.tone === "problem" ? styles.problem : ""}`}
            role={toast.tone === "problem" ? "alert" : "status"}
            data-testid="toast"
          >
            <p>{toast.text}</p>
            <IconButton label={t("Dismiss")} onClick={() => news.dismiss(toast.key)}>
              <X size={14} strokeWidth={1.5} aria-hidden="true" />
            </IconButton>
          </div>
        ))}
      </section>
    </>
  );
}
