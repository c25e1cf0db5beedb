// biome-ignore-all lint/a11y/useSemanticElements: rows are grids of their own, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the controls in a row take the focus, not the row
/**
 * The same look for few rows that have controls of their own: a plain table, walked by Tab like the rest of the page.
 * Not here: many rows (DataList).
 */
import type { ReactNode } from "react";
import { Cells, type DataColumn, Head, tracks } from "./DataList";
import styles from "./DataList.module.css";

type DataRowsProps<T> = {
  label: string;
  columns: readonly DataColumn<T>[];
  items: readonly T[];
  keyOf(item: T): string | number;
  chosen?(item: T): boolean;
  empty: ReactNode;
  rowHeight?: number;
  rowTestId?: string;
  rowData?(item: T): Record<`data-${string}`, string | number | boolean>;
};

export function DataRows<T>({ label, columns, items, keyOf, chosen, empty, ...rest }: DataRowsProps<T>) {
  if (items.length === 0) return <p className={styles.empty}>{empty}</p>;
  return (
    <div role="table" aria-label={label} style={tracks(columns, rest.rowHeight ?? 58)}>
      <Head columns={columns} />
      <div role="rowgroup">
        {items.map((item) => (
          <div
            key={keyOf(item)}
            role="row"
            className={`${styles.row} ${styles.free} ${chosen?.(item) ? styles.chosen : ""}`}
            data-testid={rest.rowTestId}
            {...rest.rowData?.(item)}
          >
            <Cells columns={columns} item={item} role="cell" />
          </div>
        ))}
      </div>
    </div>
  );
}
