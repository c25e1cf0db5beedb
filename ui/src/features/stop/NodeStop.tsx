/** Stops everything that runs on one node, and says what came of it; the second press confirms. */
import { useEffect, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import { Notice } from "../../components/Notice";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { stopNode } from "../../state/jobCommands";
import styles from "./Stop.module.css";

/** A press that nothing follows is taken back. */
const CONFIRM_MS = 5000;

export function NodeStop({ node, name }: { node: string; name: string }) {
  const console = useConsole();
  const [asking, setAsking] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => setAsking(false), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [asking]);
  const press = async () => {
    if (!asking) {
      setTold(null);
      setAsking(true);
      return;
    }
    setAsking(false);
    setTold(await stopNode(console, node));
  };
  return (
    <div className={styles.node}>
      <AskButton
        asks="nodeStop"
        small
        look={asking ? "danger" : "plain"}
        onClick={() => void press()}
        data-testid="node-stop"
      >
        {asking ? t("Yes, stop all on {{name}}", { name }) : t("Stop everything on this node")}
      </AskButton>
      {told !== null && <Notice testId="node-stop-told">{told}</Notice>}
    </div>
  );
}
