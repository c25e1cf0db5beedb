/**
 * Cards: at the closest level a star's label is a block of three lines, its name, its load in words, its address.
 * In a fleet of twelve or fewer every star gets one; elsewhere those that find room, the rest get a name.
 * Not here: names (labelBoard.ts), writing the lines (labels.ts).
 */
import { visibleBox } from "../../kernels/camera.ts";
import { overlaps, type Rect } from "../../kernels/labels.ts";
import { visitBox } from "../../kernels/spatial.ts";
import { Status } from "../api.ts";
import { coversStar, type NodeLabel, scoreOf } from "./labelBoard.ts";
import { isSmall, reachAt, type Sky, starAt } from "./sky.ts";

/** Lines of a label at close zoom: name, load, address. */
export type Lines = 1 | 2 | 3;
export const CARD_HEIGHTS = { 1: 16, 2: 32, 3: 50 } as const;
const CARDS_FROM_K = 28;
/** From here there is room for everybody's; before, for those that matter. */
const CARDS_FOR_ALL_K = 46;
const MAX_CARDS = 40;
const GAP = 17;

export function layoutCards(sky: Sky, taken: Rect[]): NodeLabel[] {
  const small = isSmall(sky);
  const close = sky.camera.k >= CARDS_FROM_K;
  if (!close && !small) return [];
  const shown: { i: number; score: number }[] = [];
  visitBox(sky.store.grid(), visibleBox(sky.camera, sky.view), (i) => {
    if (!sky.store.isDimmed(i) && (small || sky.camera.k >= CARDS_FOR_ALL_K || deserves(sky, i)))
      shown.push({ i, score: i === sky.focus ? Infinity : scoreOf(sky, i) });
  });
  // A small fleet keeps its order, so that cards do not trade places when loads change.
  shown.sort((a, b) => (small ? a.i - b.i : b.score - a.score || a.i - b.i));
  const cards: NodeLabel[] = [];
  for (const { i } of shown) {
    if (cards.length >= MAX_CARDS) break;
    const card = placeCard(sky, i, taken, small, close);
    if (card === null) continue;
    cards.push(card);
    const p = starAt(sky, i);
    taken.push({ x: p.x + card.dx, y: p.y + card.dy, w: card.w, h: CARD_HEIGHTS[card.lines === 0 ? 1 : card.lines] });
  }
  return cards;
}

function deserves(sky: Sky, i: number): boolean {
  const status = sky.store.statusOf(i);
  const trouble = status === Status.Degraded || status === Status.Critical;
  return trouble || i === sky.focus || sky.store.selected.has(i);
}

/** The fullest card that finds room; in a small fleet the name alone stands somewhere in any case. */
function placeCard(sky: Sky, i: number, taken: readonly Rect[], must: boolean, close: boolean): NodeLabel | null {
  const options: Lines[] = !close ? [1] : must ? [3, 2, 1] : [3];
  for (const lines of options) {
    const card = bestSpot(sky, i, lines, taken, must);
    if (card !== null) return card;
  }
  return must ? (spotsFor(sky, i, 1)[0] ?? null) : null;
}

function bestSpot(sky: Sky, i: number, lines: Lines, taken: readonly Rect[], spokes: boolean): NodeLabel | null {
  let best: NodeLabel | null = null;
  let bestCost = Infinity;
  const p = starAt(sky, i);
  for (const [n, spot] of spotsFor(sky, i, lines).entries()) {
    if (n * 0.3 >= bestCost) break;
    const rect = { x: p.x + spot.dx, y: p.y + spot.dy, w: spot.w, h: CARD_HEIGHTS[lines] };
    if (rect.x < 4 || rect.x + rect.w > sky.view.width - 4) continue;
    if (taken.some((other) => overlaps(rect, other, 3)) || coversStar(sky, rect, i, false)) continue;
    const cost = n * 0.3 + (spokes ? spokesThrough(sky, rect) : 0);
    if (cost < bestCost) [best, bestCost] = [spot, cost];
  }
  return best;
}

/** Outward of the core first, then inward, then the corners, below and above. */
function spotsFor(sky: Sky, i: number, lines: Lines): NodeLabel[] {
  const label = sky.store.stars.label(i);
  const widths = [sky.measure("title", label.name)];
  if (lines > 1) widths.push(sky.measure("facts", label.facts));
  if (lines > 2) widths.push(sky.measure("address", label.address));
  const w = Math.ceil(Math.max(...widths));
  const h = CARD_HEIGHTS[lines];
  const r = reachAt(sky, i) + GAP;
  const side = (toLeft: boolean, dy: number, away = r): NodeLabel => ({
    ordinal: i,
    dx: toLeft ? -away - w : away,
    dy,
    w,
    lines,
    toLeft,
  });
  const inward = (sky.store.stars.x[i] ?? 0) * sky.camera.k < -10;
  const corner = r * 0.62;
  return [
    side(inward, -h / 2),
    side(!inward, -h / 2),
    side(inward, corner - 6, corner),
    side(inward, -corner - h + 6, corner),
    side(!inward, corner - 6, corner),
    side(!inward, -corner - h + 6, corner),
    { ordinal: i, dx: -w / 2, dy: r - 4, w, lines, toLeft: false },
    { ordinal: i, dx: -w / 2, dy: 4 - r - h, w, lines, toLeft: false },
  ];
}

/** In a small fleet every star has its spoke; a card would rather not lie on one. */
function spokesThrough(sky: Sky, rect: Rect): number {
  const { x, y } = sky.camera;
  let crossed = 0;
  for (let i = 0; i < sky.store.stars.count; i++) {
    if (!sky.store.isThere(i)) continue;
    const p = starAt(sky, i);
    for (let t = 0.05; t < 1; t += 0.05) {
      const px = x + (p.x - x) * t;
      const py = y + (p.y - y) * t;
      if (px < rect.x || px > rect.x + rect.w || py < rect.y || py > rect.y + rect.h) continue;
      crossed++;
      break;
    }
  }
  return crossed;
}
