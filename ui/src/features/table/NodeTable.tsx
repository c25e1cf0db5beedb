// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/**
 * The swarm as a table: the map's equal, with the same filter, selection and open node. An ARIA grid of our own over
 * virtual rows; the keyboard stands on a row (aria-activedescendant).
 * The order stays as it was sorted until the operator, the filter or the membership changes it: rows do not jump.
 * Not here: keys (useGridKeys), heads (TableHead), what stands in cells (Cell), columns and export (TableTools).
 */
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type MouseEvent, type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/Button";
import { withRow } from "../../components/DataList";
import { pointAt } from "../../components/Menu";
import { Notice } from "../../components/Notice";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { ROW_HEIGHT, tracksOf, useLayout } from "./layout";
import styles from "./NodeTable.module.css";
import { type MenuAt, RowMenu } from "./RowMenu";
import { TableFoot } from "./TableFoot";
import { TableHead } from "./TableHead";
import { rowId, TableRow } from "./TableRow";
import { rangeOf, useGridKeys } from "./useGridKeys";
import { useRows } from "./useRows";

const HEAD = 34;

export function NodeTable() {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const rows = useRows();
  const columns = useLayout((s) => s.columns);
  const widths = useLayout((s) => s.widths);
  const rowHeight = useLayout((s) => ROW_HEIGHT[s.density]);
  const cursor = useUi((s) => s.cursor);
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<number | null>(null);
  const [menu, setMenu] = useState<MenuAt>(null);
  const at = cursor === null ? -1 : rows.indexOf(cursor);
  const virtual = useVirtualRows(rows.length, rowHeight, at, scroller);
  const onClick = useCallback(
    (ordinal: number, event: MouseEvent) => pick(ui.getState(), rows, anchor, ordinal, event),
    [ui, rows],
  );
  const onMenu = useCallback(
    (ordinal: number, event: MouseEvent) => {
      event.preventDefault();
      event.stopPropagation();
      ui.getState().setCursor(ordinal);
      const button = event.type === "click" ? event.currentTarget : null;
      setMenu({ ordinal, at: button ?? pointAt(event.clientX, event.clientY) });
    },
    [ui],
  );
  const { onKeyDown, typed } = useGridKeys({
    rows,
    scroller,
    rowHeight,
    anchor,
    scrollTo: (index) => virtual.scrollToIndex(index),
    onMenu: (ordinal) => {
      const row = document.getElementById(rowId(ordinal));
      if (row) setMenu({ ordinal, at: row.querySelector("button") ?? row });
    },
  });
  const { tracks, least } = useMemo(() => tracksOf({ columns, widths }), [columns, widths]);
  const look = { "--tracks": tracks, "--least": `${least + 24}px`, "--row": `${rowHeight}px` } as CSSProperties;
  return (
    <div className={styles.table} style={look}>
      <MapNote />
      <div
        ref={scroller}
        className={styles.grid}
        role="grid"
        tabIndex={0}
        aria-label={t("Nodes")}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={cursor === null || at < 0 ? undefined : rowId(cursor)}
        onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event)}
        data-testid="node-table"
      >
        <TableHead />
        {rows.length > 0 ? (
          <div className={styles.sheet} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            <Rows rows={rows} items={virtual.getVirtualItems()} onClick={onClick} onMenu={onMenu} />
          </div>
        ) : (
          <NoRows />
        )}
      </div>
      <TableFoot rows={rows} typed={typed} />
      <RowMenu menu={menu} onClose={() => setMenu(null)} back={() => scroller.current} />
    </div>
  );
}

type RowsProps = {
  rows: Uint32Array;
  items: readonly { index: number; start: number }[];
  onClick(ordinal: number, event: MouseEvent): void;
  onMenu(ordinal: number, event: MouseEvent): void;
};

/** By itself, so that a batch of the feed draws rows again and nothing else. */
function Rows({ rows, items, onClick, onMenu }: RowsProps) {
  const { fleet } = useConsole();
  const version = useFleet((f) => f.versions.vitals + f.versions.status + f.versions.structure);
  const columns = useLayout((s) => s.columns);
  const selected = useUi((s) => s.selected);
  const cursor = useUi((s) => s.cursor);
  const open = useUi((s) => s.open);
  return items.map(({ index, start }) => {
    const ordinal = rows[index];
    if (ordinal === undefined) return null;
    return (
      <TableRow
        key={ordinal}
        fleet={fleet}
        ordinal={ordinal}
        columns={columns}
        index={index}
        top={start}
        version={version}
        onClick={onClick}
        onMenu={onMenu}
        selected={selected.has(ordinal) || ordinal === open}
        current={ordinal === cursor}
      />
    );
  });
}

function useVirtualRows(count: number, height: number, at: number, scroller: RefObject<HTMLDivElement | null>) {
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    // The head sticks to the top of the same scroller.
    scrollPaddingEnd: HEAD,
    // The row under the keyboard is always there to be named.
    rangeExtractor: (range) => withRow(defaultRangeExtractor(range), at),
    initialRect: { width: 900, height: 700 },
  });
  const known = useRef(height);
  if (known.current !== height) {
    known.current = height;
    virtual.measure();
  }
  return virtual;
}

function MapNote() {
  const { t } = useTranslation();
  const reason = useUi((s) => s.mapUnavailable);
  if (reason === null) return null;
  return (
    <div className={styles.notice}>
      <Notice tone="warning" testId="map-unavailable-note">
        {t("The map cannot be drawn here: {{reason}}", { reason })}
      </Notice>
    </div>
  );
}

/** One cell, for a grid has nothing but rows in it. */
function NoRows() {
  const { t } = useTranslation();
  const { ui } = useConsole();
  return (
    <div role="rowgroup">
      <div role="row">
        <div role="gridcell" className={styles.empty} data-testid="no-rows">
          <p>{t("No node fits the filter.")}</p>
          <Button small onClick={() => ui.getState().set({ search: "", meant: null, statuses: new Set() })}>
            {t("Show all nodes")}
          </Button>
        </div>
      </div>
    </div>
  );
}

type Pickers = {
  toggleSelected(o: number): void;
  openNode(o: number): void;
  setCursor(o: number): void;
  select(ordinals: Iterable<number>, additive?: boolean): void;
};

/** A click opens; with Ctrl it gathers, with Shift it takes all from the last one on. */
function pick(
  ui: Pickers & { cursor: number | null },
  rows: Uint32Array,
  anchor: RefObject<number | null>,
  ordinal: number,
  event: MouseEvent,
): void {
  if (event.shiftKey) {
    ui.select(rangeOf(rows, anchor.current ?? ui.cursor ?? ordinal, ordinal), event.ctrlKey || event.metaKey);
    ui.setCursor(ordinal);
    // The browser would mark the text between the two clicks.
    getSelection()?.removeAllRanges();
    return;
  }
  anchor.current = ordinal;
  if (event.ctrlKey || event.metaKey) ui.toggleSelected(ordinal);
  else ui.openNode(ordinal);
}
