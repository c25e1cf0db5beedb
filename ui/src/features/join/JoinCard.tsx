/** The empty map's card: how the first spore joins. Not here: the sky behind it. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AddMachine } from "./AddMachine";
import styles from "./Join.module.css";

/** `exits`: other things to do than to let a machine in. */
export function JoinCard({ exits }: { exits?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className={styles.card} aria-label={t("Add your first spore")} data-testid="join-card">
      <AddMachine title={t("Add your first spore")} offerSwitch />
      {exits && <div className={styles.exits}>{exits}</div>}
    </section>
  );
}
