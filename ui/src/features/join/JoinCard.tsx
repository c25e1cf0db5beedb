/** The empty map's card: how the first spore joins. Not here: the sky behind it. */
import { AddMachine } from "./AddMachine";
import styles from "./Join.module.css";

export function JoinCard() {
  return (
    <section className={styles.card} aria-label="Add your first spore" data-testid="join-card">
      <AddMachine title="Add your first spore" offerSwitch />
    </section>
  );
}
