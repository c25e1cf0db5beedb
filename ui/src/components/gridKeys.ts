/** Where a key leads in a list of rows: arrows, pages and ends. Null: the key does not move. */
export function gridStep(key: string, at: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? 0 : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}

/** How many rows a page is, so that one of them stays in sight. */
export function pageOf(height: number, row: number): number {
  return Math.max(1, Math.floor(height / row) - 1);
}
