/** The empty map's card: how the first spore joins. Not here: the sky behind it. */
import styles from "./JoinCard.module.css";
import { JoinLines, useJoin } from "./JoinLines";

export function JoinCard() {
  const { join } = useJoin();
  return (
    <section className={styles.card} aria-label="Add your first spore" data-testid="join-card">
      <JoinLines title="Add your first spore" offerSwitch>
        <div className={styles.steps}>
          <span className={styles.waiting} role="status">
            <i /> Waiting for a connection…
          </span>
          {join && join.addresses.length > 0 && <span>This Nexus answers at {join.addresses.join(", ")}</span>}
        </div>
      </JoinLines>
    </section>
  );
}
