// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/**
 * The swarm as a table: the map's equal, with the same filter, selection and open node. An ARIA grid of our own over
 * virtual rows; the keyboard stands on a row (aria-activedescendant), arrows move, Enter opens, Space selects.
 * The order stays as it was sorted until the operator, the filter or the membership changes it: rows do not jump.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { Notice } from "../../components/Notice";
import { visibleStars } from "../../state/filter";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import styles from "./NodeTable.module.css";
import { type Column, type Sort, tableRows } from "./rows";
import { rowId, TableRow } from "./TableRow";

const ROW = 34;
const COLUMNS: readonly [Column, string][] = [
  ["status", "Status"],
  ["name", "Name"],
  ["site", "Site"],
  ["role", "Role"],
  ["cpu", "CPU"],
  ["memory", "Memory"],
  ["tasks", "Tasks"],
  ["version", "Version"],
  ["seen", "Last seen"],
];
/** These are most telling from the top down. */
const DESCENDING_FIRST: ReadonlySet<Column> = new Set(["cpu", "memory", "tasks", "seen"]);

export function NodeTable() {
  const { fleet, ui } = useConsole();
  const [sort, setSort] = useState<Sort>({ column: "status", descending: false });
  const rows = useRows(sort);
  const vitals = useFleet((f) => f.versions.vitals + f.versions.status + f.versions.structure);
  const selected = useUi((s) => s.selected);
  const cursor = useUi((s) => s.cursor);
  const open = useUi((s) => s.open);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    // The head sticks to the top of the same scroller.
    scrollPaddingEnd: ROW,
    initialRect: { width: 900, height: 700 },
  });

  const onClick = useCallback((ordinal: number, event: MouseEvent) => pick(ui.getState(), ordinal, event), [ui]);
  const onKeyDown = useGridKeys(rows, scroller, (index) => virtual.scrollToIndex(index));

  return (
    <div className={styles.table}>
      <MapNote />
      <div
        ref={scroller}
        className={styles.grid}
        role="grid"
        tabIndex={0}
        aria-label="Nodes"
        aria-rowcount={rows.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={cursor === null ? undefined : rowId(cursor)}
        onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event)}
        data-testid="node-table"
      >
        <Head sort={sort} onSort={setSort} />
        <div className={styles.sheet} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const ordinal = rows[item.index];
            if (ordinal === undefined) return null;
            return (
              <TableRow
                key={ordinal}
                fleet={fleet}
                ordinal={ordinal}
                index={item.index}
                top={item.start}
                version={vitals}
                onClick={onClick}
                selected={selected.has(ordinal) || ordinal === open}
                current={ordinal === cursor}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <p className={styles.empty}>No node fits the filter.</p>}
    </div>
  );
}

function MapNote() {
  const unavailable = useUi((s) => s.mapUnavailable);
  if (unavailable === null) return null;
  return (
    <div className={styles.notice}>
      <Notice tone="warning" testId="map-unavailable-note">
        The map cannot be drawn here: {unavailable}
      </Notice>
    </div>
  );
}

/** Arrows, pages and ends move the row under the keyboard; Enter opens it, Space selects it. */
function useGridKeys(rows: Uint32Array, scroller: RefObject<HTMLDivElement | null>, scrollTo: (index: number) => void) {
  const { ui } = useConsole();
  return (event: KeyboardEvent) => {
    const { cursor, setCursor, openNode, toggleSelected } = ui.getState();
    const at = cursor === null ? -1 : rows.indexOf(cursor);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 1);
    const next = nextIndex(event.key, at, rows.length, page);
    const ordinal = next === null ? undefined : rows[next];
    if (next !== null && ordinal !== undefined) {
      setCursor(ordinal);
      scrollTo(next);
    } else if (event.key === "Enter" && cursor !== null) openNode(cursor);
    else if (event.key === " " && cursor !== null) toggleSelected(cursor);
    else return;
    event.preventDefault();
  };
}

function Head({ sort, onSort }: { sort: Sort; onSort(sort: Sort): void }) {
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <div role="rowgroup" className={styles.sticky}>
      <div className={`${styles.row} ${styles.head}`} role="row" aria-rowindex={1}>
        {COLUMNS.map(([column, title]) => {
          const active = sort.column === column;
          return (
            <span
              key={column}
              role="columnheader"
              aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}
            >
              <button
                type="button"
                onClick={() => onSort({ column, descending: active ? !sort.descending : DESCENDING_FIRST.has(column) })}
                data-testid={`sort-${column}`}
              >
                {title} {active && <Arrow size={12} strokeWidth={1.5} aria-hidden="true" />}
              </button>
            </span>
          );
        })}
      </div>
    </div>
  );
}

function useRows(sort: Sort): Uint32Array {
  const { fleet } = useConsole();
  const statuses = useUi((s) => s.statuses);
  const search = useUi((s) => s.search);
  const membership = useFleet((f) => f.versions.structure);
  const status = useFleet((f) => (statuses.size > 0 ? f.versions.status : 0));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions stand for what the fleet holds
  return useMemo(
    () => tableRows(fleet, visibleStars(fleet, statuses, search), sort),
    [fleet, statuses, search, sort, membership, status],
  );
}

function pick(
  ui: { toggleSelected(o: number): void; openNode(o: number): void },
  ordinal: number,
  event: MouseEvent,
): void {
  if (event.shiftKey || event.ctrlKey || event.metaKey) ui.toggleSelected(ordinal);
  else ui.openNode(ordinal);
}

function nextIndex(key: string, at: number, length: number, page: number): number | null {
  if (length === 0) return null;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: length - 1 }[
    key
  ];
  return to === undefined ? null : Math.min(length - 1, Math.max(0, to));
}
