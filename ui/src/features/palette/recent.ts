/** What was chosen last, by its id, kept on this screen. Not here: what an id stands for (choices.ts). */
import { fromShelf, toShelf } from "../../state/shelf";

const SHELF = "palette";
const MOST = 12;

let ids: readonly string[] | null = null;

export function recentIds(): readonly string[] {
  ids ??= fromShelf(SHELF, (kept) =>
    (Array.isArray(kept) ? kept : []).filter((id): id is string => typeof id === "string").slice(0, MOST),
  );
  return ids;
}

export function remember(id: string): void {
  ids = [id, ...recentIds().filter((other) => other !== id)].slice(0, MOST);
  toShelf(SHELF, ids);
}

export function forgetRecent(): void {
  ids = [];
  toShelf(SHELF, null);
}
