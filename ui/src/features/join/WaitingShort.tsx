/** The first few machines at the door, for the narrow panel; the page has them all. */
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { useConsole, useTrust } from "../../state/hooks";
import styles from "./Waiting.module.css";
import { WaitingCard } from "./WaitingCard";

const MOST = 3;

export function WaitingShort() {
  const { ui } = useConsole();
  const waiting = useTrust((s) => s.waiting);
  if (waiting.length === 0) return null;
  return (
    <ul className={styles.narrow} data-testid="waiting-short">
      {waiting.slice(0, MOST).map((one) => (
        <WaitingCard key={one.id} one={one} />
      ))}
      {waiting.length > MOST && (
        <li>
          <Button look="bare" onClick={() => ui.getState().go("joining")}>
            {t("{{count}} more machines in the waiting room", { count: waiting.length - MOST })}
          </Button>
        </li>
      )}
    </ul>
  );
}
