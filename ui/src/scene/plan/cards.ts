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

export const CARD_HEIGHT = 50;
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
    taken.push({ x: p.x + card.dx, y: p.y + card.dy, w: card.w, h: close ? CARD_HEIGHT : 16 });
  }
  return cards;
}

function deserves(sky: Sky, i: number): boolean {
  const status = sky.store.statusOf(i);
  const trouble = status === Status.Degraded || status === Status.Critical;
  return trouble || i === sky.focus || sky.store.selected.has(i);
}

function placeCard(sky: Sky, i: number, taken: readonly Rect[], must: boolean, close: boolean): NodeLabel | null {
  const label = sky.store.stars.label(i);
  const p = starAt(sky, i);
  const h = close ? CARD_HEIGHT : 16;
  const w = Math.ceil(
    close
      ? Math.max(
          sky.measure("title", label.name),
          sky.measure("facts", label.facts),
          sky.measure("address", label.address),
        )
      : sky.measure("title", label.name),
  );
  const r = reachAt(sky, i) + GAP;
  const right = { dx: r, dy: -h / 2, w, toLeft: false };
  const left = { dx: -r - w, dy: -h / 2, w, toLeft: true };
  const above = { dx: -w / 2, dy: -r - h + 4, w, toLeft: false };
  const below = { dx: -w / 2, dy: r - 4, w, toLeft: false };
  const outward = (sky.store.stars.x[i] ?? 0) * sky.camera.k >= -10;
  const spots = outward ? [right, left, below, above] : [left, right, below, above];
  for (const spot of spots) {
    const rect = { x: p.x + spot.dx, y: p.y + spot.dy, w, h };
    if (rect.x < 4 || rect.x + w > sky.view.width - 4) continue;
    if (taken.some((other) => overlaps(rect, other, 3)) || coversStar(sky, rect, i, false)) continue;
    return { ordinal: i, ...spot, card: true };
  }
  const first = spots[0];
  return must && first !== undefined ? { ordinal: i, ...first, card: true } : null;
}
