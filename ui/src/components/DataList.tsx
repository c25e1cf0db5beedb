// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/**
 * A long list with columns: virtual rows in an ARIA grid. The keyboard stands on one row (aria-activedescendant); arrows,
 * pages and ends move it, Enter opens it. Coming near the end asks for more.
 * Not here: rows with controls of their own (DataRows), the nodes' table, which is sorted and arranged (features/table).
 */
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
} from "react";
import styles from "./DataList.module.css";
import { gridStep, pageOf } from "./gridKeys";

export type DataColumn<T> = {
  key: string;
  title: string;
  /** The title is only heard. */
  untitled?: boolean;
  /** A track of a CSS grid: "84px", "minmax(120px, 1fr)". */
  width: string;
  tone?: "strong" | "quiet";
  cell(item: T): ReactNode;
};

type DataListProps<T> = {
  label: string;
  columns: readonly DataColumn<T>[];
  items: readonly T[];
  keyOf(item: T): string | number;
  /** The row under the keyboard, by its key. */
  cursor: string | number | null;
  onCursor(item: T): void;
  onOpen(item: T): void;
  loading?: boolean;
  /** There is more than `items`; `onMore` brings it. */
  more?: boolean;
  onMore?(): void;
  /** What is said when there is nothing. */
  empty: ReactNode;
  rowHeight?: number;
  testId?: string;
  rowTestId?: string;
  /** Further data attributes of a row. */
  rowData?(item: T): Record<`data-${string}`, string | number>;
};

const NEAR_END = 20;
const HEAD = 34;

export function DataList<T>(props: DataListProps<T>) {
  const { columns, items, keyOf, cursor, loading = false, more = false, rowHeight = 34 } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const at = cursor === null ? -1 : items.findIndex((item) => keyOf(item) === cursor);
  const virtual = useRows(props, scroller, at);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = gridStep(event.key, at, items.length, pageOf(scroller.current?.clientHeight ?? 0, rowHeight));
    const item = items[next ?? at];
    if (item === undefined || (next === null && event.key !== "Enter")) return;
    if (next === null) props.onOpen(item);
    else {
      props.onCursor(item);
      virtual.scrollToIndex(next);
    }
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={styles.grid}
      style={tracks(columns, rowHeight)}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={more ? -1 : items.length + 1}
      aria-busy={loading}
      aria-activedescendant={at < 0 ? undefined : `${id}-${cursor}`}
      onKeyDown={onKeyDown}
      data-testid={props.testId}
    >
      <Head columns={columns} />
      {items.length > 0 ? (
        <div className={styles.sheet} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              <Row
                key={keyOf(item)}
                list={props}
                id={id}
                item={item}
                index={index}
                top={start}
                current={index === at}
              />
            );
          })}
        </div>
      ) : (
        <p className={styles.empty}>{props.empty}</p>
      )}
    </div>
  );
}

function useRows<T>(
  { items, loading, more, onMore, rowHeight = 34 }: DataListProps<T>,
  scroller: RefObject<HTMLDivElement | null>,
  at: number,
) {
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    // The head sticks to the top of the same scroller.
    scrollPaddingEnd: HEAD,
    // The row under the keyboard is always there to be named.
    rangeExtractor: (range) => withRow(defaultRangeExtractor(range), at),
    initialRect: { width: 900, height: 700 },
  });
  const last = virtual.range?.endIndex ?? 0;
  useEffect(() => {
    if (more && !loading && last >= items.length - NEAR_END) onMore?.();
  }, [more, loading, last, items.length, onMore]);
  return virtual;
}

type RowProps<T> = { list: DataListProps<T>; id: string; item: T; index: number; top: number; current: boolean };

function Row<T>({ list, id, item, index, top, current }: RowProps<T>) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the keys (aria-activedescendant)
    <div
      id={`${id}-${list.keyOf(item)}`}
      className={`${styles.row} ${styles.placed} ${current ? styles.current : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={current}
      onClick={() => list.onOpen(item)}
      data-testid={list.rowTestId}
      {...list.rowData?.(item)}
    >
      <Cells columns={list.columns} item={item} />
    </div>
  );
}

export function Head<T>({ columns }: { columns: readonly DataColumn<T>[] }) {
  return (
    <div role="rowgroup" className={styles.sticky}>
      <div className={`${styles.row} ${styles.head}`} role="row" aria-rowindex={1}>
        {columns.map(({ key, title, untitled }) => (
          <span key={key} role="columnheader">
            {untitled ? <span className="visually-hidden">{title}</span> : title}
          </span>
        ))}
      </div>
    </div>
  );
}

export function Cells<T>({
  columns,
  item,
  role = "gridcell",
}: {
  columns: readonly DataColumn<T>[];
  item: T;
  role?: "gridcell" | "cell";
}) {
  return columns.map(({ key, tone, cell }) => (
    <span key={key} role={role} className={tone ? styles[tone] : undefined}>
      {cell(item)}
    </span>
  ));
}

export function tracks<T>(columns: readonly DataColumn<T>[], rowHeight: number): CSSProperties {
  return {
    "--tracks": columns.map(({ width }) => width).join(" "),
    "--row": `${rowHeight}px`,
  } as CSSProperties;
}

/** With the row that must be there, wherever the view is. */
export function withRow(rows: number[], at: number): number[] {
  if (at < 0 || rows.includes(at)) return rows;
  return [...rows, at].sort((a, b) => a - b);
}
