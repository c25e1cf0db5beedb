// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the buttons in the heads take the focus
/**
 * The heads of the columns: a click sorts, the edge is dragged, a double click on it gives the width back. By keyboard
 * one stop: arrows walk, Enter sorts, Alt and arrows change the width, Alt Shift and arrows the place.
 * Not here: which columns there are to choose from (TableTools).
 */
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, titleOf, WIDTHS } from "./columns";
import { tableLayout, useLayout } from "./layout";
import styles from "./NodeTable.module.css";

const STEP = 16;

export function TableHead() {
  const { t } = useTranslation();
  const columns = useLayout((s) => s.columns);
  const [at, setAt] = useState<Column>(columns[0] ?? "name");
  const row = useRef<HTMLDivElement>(null);
  const stop = columns.includes(at) ? at : (columns[0] ?? "name");
  const focus = (column: Column | undefined) => {
    if (!column) return;
    setAt(column);
    row.current?.querySelector<HTMLElement>(`[data-column="${column}"] button`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, column: Column) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const { move, resize, widths } = tableLayout.getState();
    if (step === 0) return;
    event.preventDefault();
    if (event.altKey && event.shiftKey) {
      move(column, step);
      requestAnimationFrame(() => focus(column));
    } else if (event.altKey) {
      const now = widths[column] ?? widthsOf(row.current)[column] ?? WIDTHS[column];
      resize({ [column]: now + step * STEP });
    } else focus(columns[columns.indexOf(column) + step]);
  };
  return (
    <div role="rowgroup" className={styles.sticky}>
      <div ref={row} className={`${styles.row} ${styles.head}`} role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <HeadCell key={column} column={column} stop={column === stop} row={row} onKeyDown={onKeyDown} />
        ))}
        <span role="columnheader">
          <span className="visually-hidden">{t("What can be done")}</span>
        </span>
      </div>
    </div>
  );
}

type HeadCellProps = {
  column: Column;
  stop: boolean;
  row: React.RefObject<HTMLDivElement | null>;
  onKeyDown(event: KeyboardEvent, column: Column): void;
};

function HeadCell({ column, stop, row, onKeyDown }: HeadCellProps) {
  const { t } = useTranslation();
  const sort = useLayout((s) => s.sort);
  const active = sort.column === column;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    // All of them are held where they are, so that only this edge moves.
    const widths = widthsOf(row.current);
    const from = event.clientX;
    const before = widths[column] ?? WIDTHS[column];
    tableLayout.getState().resize(widths);
    const handle = event.currentTarget;
    const onMove = (move: globalThis.PointerEvent) =>
      tableLayout.getState().resize({ [column]: before + move.clientX - from });
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", onMove), {
      once: true,
    });
  };
  return (
    <span
      role="columnheader"
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}
      data-column={column}
    >
      <button
        type="button"
        tabIndex={stop ? 0 : -1}
        onClick={() => tableLayout.getState().sortBy(column)}
        onKeyDown={(event) => onKeyDown(event, column)}
        title={t("Sort. Alt and arrows: width, with Shift: place")}
        data-testid={`sort-${column}`}
      >
        <span>{titleOf(column)}</span> {active && <Arrow size={12} strokeWidth={1.5} aria-hidden="true" />}
      </button>
      <i
        className={styles.edge}
        aria-hidden="true"
        onPointerDown={drag}
        onDoubleClick={() => tableLayout.getState().release(column)}
        data-testid={`edge-${column}`}
      />
    </span>
  );
}

function widthsOf(row: HTMLElement | null): Partial<Record<Column, number>> {
  const widths: Partial<Record<Column, number>> = {};
  for (const cell of row?.querySelectorAll<HTMLElement>("[data-column]") ?? [])
    widths[cell.dataset.column as Column] = cell.getBoundingClientRect().width;
  return widths;
}
