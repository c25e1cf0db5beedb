/**
 * Label placement: eight candidate positions round each star, rejected when they leave the view, touch another
 * label or cover a star. Greedy by rank; a label that is on the screen keeps its place and a bonus for two seconds.
 * Not here: texts and fonts (sizes come in), what counts as a star that must not be covered (a callback).
 */

/** Left, top, width, height in CSS pixels. */
export type Rect = { x: number; y: number; w: number; h: number };

export type LabelWish = {
  id: number;
  /** The star on the screen, and how far its marks reach. */
  x: number;
  y: number;
  reach: number;
  /** Size of the text block. */
  w: number;
  h: number;
  /** Higher goes first. */
  score: number;
};
export type Placed = { id: number; slot: number; rect: Rect };

/** Right, left, above, below, and the four corners, in order of preference. */
export const SLOTS = 8;
/** Air between a star's marks and its label. */
const GAP = 4;
const KEEP_MS = 2000;
const KEEP_BONUS = 1.2;

export function candidate(wish: LabelWish, slot: number): Rect {
  const { x, y, w, h } = wish;
  const r = wish.reach + GAP;
  const diagonal = wish.reach * 0.72 + 2;
  switch (slot) {
    case 0:
      return { x: x + r, y: y - h / 2, w, h };
    case 1:
      return { x: x - r - w, y: y - h / 2, w, h };
    case 2:
      return { x: x - w / 2, y: y - r - h + 2, w, h };
    case 3:
      return { x: x - w / 2, y: y + r - 1, w, h };
    case 4:
      return { x: x + diagonal, y: y - diagonal - h + 1, w, h };
    case 5:
      return { x: x + diagonal, y: y + diagonal - 1, w, h };
    case 6:
      return { x: x - diagonal - w, y: y - diagonal - h + 1, w, h };
    default:
      return { x: x - diagonal - w, y: y + diagonal - 1, w, h };
  }
}

export const overlaps = (a: Rect, b: Rect, air = 0): boolean =>
  a.x < b.x + b.w + air && b.x < a.x + a.w + air && a.y < b.y + b.h + air && b.y < a.y + a.h + air;

/** What was placed last time; decides who keeps a bonus and tries its old place first. */
export class LabelMemory {
  private shown = new Map<number, { slot: number; since: number }>();

  slotOf(id: number): number | null {
    return this.shown.get(id)?.slot ?? null;
  }
  bonus(id: number, now: number): number {
    const entry = this.shown.get(id);
    return entry !== undefined && now - entry.since < KEEP_MS ? KEEP_BONUS : 1;
  }
  remember(placed: readonly Placed[], now: number): void {
    const next = new Map<number, { slot: number; since: number }>();
    for (const p of placed) next.set(p.id, { slot: p.slot, since: this.shown.get(p.id)?.since ?? now });
    this.shown = next;
  }
  clear(): void {
    this.shown.clear();
  }
}

export type PlaceOptions = {
  view: { width: number; height: number };
  /** Taken already: group labels, the chip, the core. Placed labels are added to it. */
  taken: Rect[];
  /** Would this rectangle hide a star other than `id`? */
  covers(rect: Rect, id: number): boolean;
  /** A laxer rule for those that find no place by the first one. */
  coversAtWorst?: (rect: Rect, id: number) => boolean;
  limit: number;
  memory: LabelMemory;
  now: number;
};

/** Places as many wishes as fit, best first. Never returns two labels that overlap. */
export function placeLabels(wishes: readonly LabelWish[], options: PlaceOptions): Placed[] {
  const { memory, now, taken } = options;
  const ranked = wishes
    .map((wish) => ({ wish, rank: wish.score * memory.bonus(wish.id, now) }))
    .sort((a, b) => b.rank - a.rank || a.wish.id - b.wish.id);
  const placed: Placed[] = [];
  for (const { wish } of ranked) {
    if (placed.length >= options.limit) break;
    const spot = firstFree(wish, options, memory.slotOf(wish.id));
    if (spot === null) continue;
    placed.push(spot);
    taken.push(spot.rect);
  }
  memory.remember(placed, now);
  return placed;
}

function firstFree(wish: LabelWish, options: PlaceOptions, old: number | null): Placed | null {
  const slots = Array.from({ length: SLOTS }, (_, n) => n);
  if (old !== null) slots.sort((a, b) => Number(b === old) - Number(a === old));
  for (const covers of [options.covers, options.coversAtWorst]) {
    if (covers === undefined) continue;
    for (const slot of slots) {
      const rect = candidate(wish, slot);
      if (!inside(rect, options.view)) continue;
      if (options.taken.some((other) => overlaps(rect, other, 2))) continue;
      if (!covers(rect, wish.id)) return { id: wish.id, slot, rect };
    }
  }
  return null;
}

const inside = (r: Rect, view: { width: number; height: number }): boolean =>
  r.x >= 2 && r.y >= 2 && r.x + r.w <= view.width - 2 && r.y + r.h <= view.height - 2;
