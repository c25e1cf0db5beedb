// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/** One row of the table: the same facts as the map, in words. Not here: order, selection, keys. */
import { Ellipsis } from "lucide-react";
import { type MouseEvent, memo } from "react";
import { useTranslation } from "react-i18next";
import type { Fleet } from "../../state/fleet";
import { Cell } from "./Cell";
import type { Column } from "./columns";
import styles from "./NodeTable.module.css";

type TableRowProps = {
  fleet: Fleet;
  ordinal: number;
  columns: readonly Column[];
  index: number;
  top: number;
  selected: boolean;
  current: boolean;
  /** Changes whenever what the row shows may have changed. */
  version: number;
  onClick(ordinal: number, event: MouseEvent): void;
  onMenu(ordinal: number, event: MouseEvent): void;
};

export function rowId(ordinal: number): string {
  return `row-${ordinal}`;
}

export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { t } = useTranslation();
  const { fleet, ordinal, columns, index, top, selected, current, version, onClick, onMenu } = props;
  const node = fleet.node(ordinal);
  if (!node) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the keys (aria-activedescendant)
    <div
      className={`${styles.row} ${current ? styles.current : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      role="row"
      id={rowId(ordinal)}
      aria-rowindex={index + 2}
      aria-selected={selected}
      onClick={(event) => onClick(ordinal, event)}
      onContextMenu={(event) => onMenu(ordinal, event)}
      data-testid="table-row"
      data-ordinal={ordinal}
    >
      {columns.map((column) => (
        <Cell key={column} fleet={fleet} node={node} column={column} version={version} />
      ))}
      <span role="gridcell" className={styles.more}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={t("What can be done with {{name}}", { name: node.name })}
          onClick={(event) => onMenu(ordinal, event)}
          data-testid="row-menu"
        >
          <Ellipsis size={15} strokeWidth={1.6} aria-hidden="true" />
        </button>
      </span>
    </div>
  );
});
