/**
 * How the operator arranged the table: which columns in which order, how wide, how dense, sorted by what. Kept on this
 * screen and judged when read, so that a column that is no more does no harm.
 * Not here: what columns there are (columns.ts).
 */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { fromShelf, toShelf } from "../../state/shelf";
import { COLUMN_IDS, type Column, DESCENDING_FIRST, FIRST_COLUMNS, LEAST_WIDTH, MOST_WIDTH, WIDTHS } from "./columns";
import type { Sort } from "./rows";

export const DENSITIES = ["compact", "normal", "roomy"] as const;
export type Density = (typeof DENSITIES)[number];
export const ROW_HEIGHT: Record<Density, number> = { compact: 26, normal: 34, roomy: 42 };

export type Layout = {
  /** Those that are shown, from the left. */
  columns: readonly Column[];
  /** In pixels, where the operator said so; others share what is left. */
  widths: Partial<Record<Column, number>>;
  density: Density;
  sort: Sort;
};

type LayoutState = Layout & {
  toggle(column: Column): void;
  /** One place to the left (-1) or to the right (1). */
  move(column: Column, step: -1 | 1): void;
  resize(widths: Partial<Record<Column, number>>): void;
  /** Back to a share of what is left. */
  release(column: Column): void;
  setDensity(density: Density): void;
  sortBy(column: Column): void;
  reset(): void;
};

const SHELF = "table";
const PLAIN: Layout = {
  columns: FIRST_COLUMNS,
  widths: {},
  density: "normal",
  sort: { column: "status", descending: false },
};

export const tableLayout = createStore<LayoutState>((set, get) => ({
  ...fromShelf(SHELF, judge),
  toggle: (column) => {
    const { columns } = get();
    // The name stays: without it a row is nobody.
    if (column === "name") return;
    set({ columns: columns.includes(column) ? columns.filter((one) => one !== column) : [...columns, column] });
  },
  move: (column, step) => {
    const columns = [...get().columns];
    const at = columns.indexOf(column);
    const to = at + step;
    if (at < 0 || to < 0 || to >= columns.length) return;
    columns.splice(to, 0, ...columns.splice(at, 1));
    set({ columns });
  },
  resize: (widths) => {
    const next = { ...get().widths };
    for (const [column, width] of Object.entries(widths)) next[column as Column] = within(width);
    set({ widths: next });
  },
  release: (column) => {
    const { [column]: _gone, ...widths } = get().widths;
    set({ widths });
  },
  setDensity: (density) => set({ density }),
  sortBy: (column) => {
    const { sort } = get();
    const descending = sort.column === column ? !sort.descending : DESCENDING_FIRST.has(column);
    set({ sort: { column, descending } });
  },
  reset: () => set(PLAIN),
}));

tableLayout.subscribe(({ columns, widths, density, sort }) => toShelf(SHELF, { columns, widths, density, sort }));

export function useLayout<T>(select: (state: LayoutState) => T): T {
  return useStore(tableLayout, select);
}

/** The tracks of a row: fixed where a width was given, else a share that never gets less than what it needs. */
export function tracksOf({ columns, widths }: Pick<Layout, "columns" | "widths">): { tracks: string; least: number } {
  let least = 0;
  let shares = false;
  const tracks = columns.map((column) => {
    const width = widths[column];
    least += width ?? WIDTHS[column];
    if (width !== undefined) return `${width}px`;
    shares = true;
    return `minmax(${WIDTHS[column]}px, ${WIDTHS[column]}fr)`;
  });
  return { tracks: `${tracks.join(" ")}${shares ? "" : " minmax(0, 1fr)"} 30px`, least: least + 30 };
}

function within(width: number): number {
  return Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));
}

function judge(kept: unknown): Layout {
  if (kept === null || typeof kept !== "object") return PLAIN;
  const { columns, widths, density, sort } = kept as Partial<Record<keyof Layout, unknown>>;
  const known = (Array.isArray(columns) ? columns : []).filter(isColumn);
  const given = widths !== null && typeof widths === "object" ? Object.entries(widths) : [];
  const wanted = sort as Partial<Sort> | undefined;
  return {
    columns: known.includes("name") ? [...new Set(known)] : PLAIN.columns,
    widths: Object.fromEntries(
      given.filter(([column, width]) => isColumn(column) && Number.isFinite(width)).map(([c, w]) => [c, within(w)]),
    ),
    density: DENSITIES.find((one) => one === density) ?? PLAIN.density,
    sort: isColumn(wanted?.column) ? { column: wanted.column, descending: wanted.descending === true } : PLAIN.sort,
  };
}

function isColumn(name: unknown): name is Column {
  return COLUMN_IDS.some((column) => column === name);
}
