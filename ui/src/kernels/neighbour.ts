/**
 * Arrow keys on the map: the nearest star in a direction, so that focus walks the sky without surprises.
 * Not here: which star has the focus, and the keyboard.
 */
import { type SpatialGrid, visitBox } from "./spatial.ts";

/** Sideways distance counts this much more than distance ahead, so that Right goes right. */
const SIDEWAYS = 2.2;

/** The best star from (x, y) towards (dx, dy), ignoring `self`; null when nothing lies in that half plane. */
export function neighbourOf(
  g: SpatialGrid,
  x: number,
  y: number,
  dx: number,
  dy: number,
  self: number | null,
): number | null {
  const length = Math.hypot(dx, dy);
  if (length === 0) return null;
  const ux = dx / length;
  const uy = dy / length;
  const widest = Math.max(g.columns, g.rows) * g.cell * 2 + Math.hypot(x - g.x0, y - g.y0);
  for (let reach = g.cell * 2; ; reach *= 2) {
    let best: number | null = null;
    let bestCost = Infinity;
    visitBox(g, { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach }, (i) => {
      if (i === self) return;
      const vx = (g.xs[i] ?? 0) - x;
      const vy = (g.ys[i] ?? 0) - y;
      const ahead = vx * ux + vy * uy;
      const aside = Math.abs(vx * uy - vy * ux);
      if (ahead <= 1e-6 || aside > ahead * 1.75) return;
      const cost = ahead + aside * SIDEWAYS;
      if (cost < bestCost) {
        bestCost = cost;
        best = i;
      }
    });
    // A star just outside the box could still beat a crooked one inside it.
    if (best !== null && bestCost <= reach) return best;
    if (reach > widest) return best;
  }
}
