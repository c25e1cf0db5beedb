/** The floating bar under a selection of stars: how many, where, and the way to run something on them. */
import { Button } from "../../components/Button";
import { counted } from "../../components/format";
import { Kbd } from "../../components/Kbd";
import { useConsole, useUi } from "../../state/hooks";
import styles from "./MapView.module.css";

export function SelectionBar() {
  const { ui, fleet } = useConsole();
  const selected = useUi((s) => s.selected);
  if (selected.size === 0) return null;
  const sites = new Set<string>();
  for (const ordinal of selected) if (sites.size < 4) sites.add(fleet.groupLabel(ordinal));
  const where = sites.size > 2 ? `${sites.size > 3 ? "several" : sites.size} sites` : [...sites].join(", ");
  return (
    <div className={styles.selection} data-testid="selection-bar">
      <b>{counted(selected.size, "node")}</b>
      <span className={styles.where}>{where}</span>
      <span className={styles.rule} />
      <Button onClick={() => ui.getState().select([])}>Clear</Button>
      <Button look="primary" onClick={() => ui.getState().callForm()} data-testid="run-on-selection">
        Run a skill… <Kbd>R</Kbd>
      </Button>
    </div>
  );
}
