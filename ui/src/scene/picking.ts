/**
 * What lies under the pointer: the nearest star within a tolerance, a group's name, the stars inside a lasso; and
 * the next star for an arrow key. All on the CPU, through the grid.
 * Not here: what a click means.
 */
import { unproject } from "../kernels/camera.ts";
import { insideLoop, loopBox } from "../kernels/lasso.ts";
import { neighbourOf } from "../kernels/neighbour.ts";
import { nearest, visitBox } from "../kernels/spatial.ts";
import { CARD_HEIGHTS } from "./plan/cards.ts";
import { groupNameRect } from "./plan/groupNames.ts";
import { NAME_HEIGHT } from "./plan/labelBoard.ts";
import { reachAt, type Sky, starAt } from "./plan/sky.ts";

/** CSS pixels beyond a star's own marks that still count as hitting it. */
const TOLERANCE_PX = 7;

export function pickStar(sky: Sky, px: number, py: number): number | null {
  const at = unproject(sky.camera, px, py);
  // Wide enough for the largest star; whether the nearest one is really hit is decided by its own size.
  const found = nearest(sky.store.grid(), at.x, at.y, 40 / sky.camera.k);
  if (found !== null) {
    const p = starAt(sky, found);
    if (Math.hypot(p.x - px, p.y - py) <= reachAt(sky, found) + TOLERANCE_PX) return found;
  }
  return pickLabel(sky, px, py);
}

/** A star's name is part of the star. */
function pickLabel(sky: Sky, px: number, py: number): number | null {
  for (const label of sky.labels.nodes) {
    const p = starAt(sky, label.ordinal);
    const x = px - p.x - label.dx;
    const y = py - p.y - label.dy;
    const height = label.lines === 0 ? NAME_HEIGHT : CARD_HEIGHTS[label.lines];
    if (x >= 0 && x <= label.w && y >= 0 && y <= height && sky.store.isThere(label.ordinal)) return label.ordinal;
  }
  return null;
}

/** The group whose name is under the pointer. */
export function pickGroup(sky: Sky, px: number, py: number): number | null {
  for (const name of sky.labels.groups) {
    const r = groupNameRect(sky, name);
    if (px >= r.x && px <= r.x + r.w && py >= r.y && py <= r.y + r.h) return name.group.index;
  }
  return null;
}

export function starsInLoop(sky: Sky, loop: readonly number[]): number[] {
  const { k, x, y } = sky.camera;
  const b = loopBox(loop);
  const box = { x0: (b.x0 - x) / k, y0: (b.y0 - y) / k, x1: (b.x1 - x) / k, y1: (b.y1 - y) / k };
  const found: number[] = [];
  visitBox(sky.store.grid(), box, (i) => {
    const p = starAt(sky, i);
    if (!sky.store.isDimmed(i) && insideLoop(loop, p.x, p.y)) found.push(i);
  });
  return found.sort((a, b) => a - b);
}

/** From a star, or from the middle of the view when there is none. */
export function nextStar(sky: Sky, from: number | null, dx: number, dy: number): number | null {
  const { store } = sky;
  if (from !== null && store.isThere(from))
    return neighbourOf(store.grid(), store.stars.x[from] ?? 0, store.stars.y[from] ?? 0, dx, dy, from);
  const middle = unproject(sky.camera, sky.view.width / 2, sky.view.height / 2);
  return nearest(store.grid(), middle.x, middle.y, 1e4) ?? null;
}
