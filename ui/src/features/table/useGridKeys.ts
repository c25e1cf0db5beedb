/**
 * The table's keys: arrows, pages and ends walk the rows, with Shift they take a range along; Enter opens, Space
 * selects, Ctrl A selects all that are shown, Shift F10 opens the row's menu, letters go to the next name that begins
 * so. Letters that are commands everywhere (R runs, T is the map…) stay commands; an apostrophe begins a name anyhow.
 * Not here: keys that work everywhere (app/hotkeys).
 */
import { type KeyboardEvent, type RefObject, useRef, useState } from "react";
import { gridStep, pageOf } from "../../components/gridKeys";
import type { Console } from "../../state/console";
import { useConsole } from "../../state/hooks";

const PAUSE_MS = 900;
const COMMANDS = new Set("/aglnrt");

type Grid = {
  rows: Uint32Array;
  scroller: RefObject<HTMLDivElement | null>;
  rowHeight: number;
  /** The other end of a range. */
  anchor: RefObject<number | null>;
  scrollTo(index: number): void;
  onMenu(ordinal: number): void;
};

export function useGridKeys(grid: Grid): { onKeyDown(event: KeyboardEvent): void; typed: string } {
  const console = useConsole();
  const { typed, type } = useTypeAhead(console, grid);
  const onKeyDown = (event: KeyboardEvent) => {
    const { rows, anchor, rowHeight, scroller } = grid;
    const { cursor, setCursor, openNode, toggleSelected, select } = console.ui.getState();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      select(rows);
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cursor === null ? -1 : rows.indexOf(cursor);
    const next = gridStep(event.key, at, rows.length, pageOf(scroller.current?.clientHeight ?? 0, rowHeight));
    const ordinal = next === null ? undefined : rows[next];
    if (next !== null && ordinal !== undefined) {
      if (event.shiftKey) select(rangeOf(rows, anchor.current ?? cursor ?? ordinal, ordinal));
      else anchor.current = ordinal;
      setCursor(ordinal);
      grid.scrollTo(next);
    } else if ((event.key === "F10" && event.shiftKey) || event.key === "ContextMenu") {
      if (cursor === null || at < 0) return;
      grid.onMenu(cursor);
    } else if (event.key === "Enter" && cursor !== null) openNode(cursor);
    else if (event.key === " " && cursor !== null && !type.running()) {
      anchor.current = cursor;
      toggleSelected(cursor);
    } else if (!type.take(event.key)) return;
    event.preventDefault();
  };
  return { onKeyDown, typed };
}

/** All rows from one to the other, in the order of the table. */
export function rangeOf(rows: Uint32Array, from: number, to: number): Uint32Array {
  const a = rows.indexOf(from);
  const b = rows.indexOf(to);
  if (b < 0) return new Uint32Array();
  if (a < 0) return rows.subarray(b, b + 1);
  return rows.subarray(Math.min(a, b), Math.max(a, b) + 1);
}

function useTypeAhead({ fleet, ui }: Console, { rows, anchor, scrollTo }: Grid) {
  const [typed, setTyped] = useState("");
  const now = useRef({ text: "", timer: undefined as ReturnType<typeof setTimeout> | undefined });
  const running = () => now.current.text !== "";
  const take = (key: string): boolean => {
    if (key.length !== 1) return false;
    const begins = !running();
    if (begins && COMMANDS.has(key.toLowerCase())) return false;
    const text = begins ? key : now.current.text + key;
    clearTimeout(now.current.timer);
    now.current.text = text;
    now.current.timer = setTimeout(() => {
      now.current.text = "";
      setTyped("");
    }, PAUSE_MS);
    setTyped(text);
    const wanted = text.replace(/^'/, "").toLowerCase();
    if (wanted === "") return true;
    const index = nextNamed(rows, wanted, ui.getState().cursor, (o) => fleet.node(o)?.name ?? "");
    const ordinal = index === null ? undefined : rows[index];
    if (index === null || ordinal === undefined) return true;
    anchor.current = ordinal;
    ui.getState().setCursor(ordinal);
    scrollTo(index);
    return true;
  };
  return { typed, type: { running, take } };
}

/** The first from the cursor on, and round once; one letter alone goes past the cursor. */
function nextNamed(rows: Uint32Array, wanted: string, cursor: number | null, name: (o: number) => string) {
  const from = (cursor === null ? -1 : rows.indexOf(cursor)) + (wanted.length === 1 ? 1 : 0);
  const start = Math.max(0, from);
  for (let i = 0; i < rows.length; i++) {
    const index = (start + i) % rows.length;
    if (
      name(rows[index] ?? -1)
        .toLowerCase()
        .startsWith(wanted)
    )
      return index;
  }
  return null;
}
