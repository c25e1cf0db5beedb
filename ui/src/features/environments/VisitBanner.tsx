/** Says over everything that this fleet is not real, and leads back. Not here: the simulation. */
import { Orbit } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/Button";
import { useEnvironments } from "../../state/environments";
import styles from "./Environments.module.css";

export function VisitBanner() {
  const { t } = useTranslation();
  const { visiting, leave } = useEnvironments();
  if (!visiting) return null;
  return (
    <section className={styles.banner} aria-label={t("Simulated fleet")} data-testid="visit-banner">
      <Orbit size={15} strokeWidth={1.6} aria-hidden="true" />
      <p>
        <b>{t("Simulated fleet.")}</b> {t("No machine behind it is real: try anything. Your own goes on meanwhile.")}
      </p>
      <Button small onClick={leave} data-testid="leave-simulation">
        {t("Back to my fleet")}
      </Button>
    </section>
  );
}
