/**
 * The curves that links follow: a trunk from the core to a disc, and a spoke from the core to one star, which
 * bends with the trunk of its group. Quadratic Béziers that start at the world's origin, where the core stands.
 * Not here: line geometry (ribbon.ts), colours, and what travels along the curve.
 */
import type { Point } from "./camera.ts";

/** How far the control point swings sideways, as a share of the distance. */
const BEND = 0.1;
const ALONG = 0.52;

/** A curve from the origin by `c` to `e`. */
export type Curve = { cx: number; cy: number; ex: number; ey: number };

/** The trunk towards the disc at (x, y). */
export const trunkTo = (x: number, y: number): Curve => ({
  cx: x * ALONG - y * BEND,
  cy: y * ALONG + x * BEND,
  ex: x,
  ey: y,
});

/** The way to one star: along the trunk of its disc when it has one, else straight. */
export function spokeTo(x: number, y: number, disc: Point | null): Curve {
  if (disc === null) return { cx: x / 2, cy: y / 2, ex: x, ey: y };
  const { cx, cy } = trunkTo(disc.x, disc.y);
  return { cx, cy, ex: x, ey: y };
}

export function pointOn(c: Curve, t: number): Point {
  const a = 2 * (1 - t) * t;
  const b = t * t;
  return { x: a * c.cx + b * c.ex, y: a * c.cy + b * c.ey };
}

/** Length by the chord sum of eight pieces: within a percent for such gentle curves. */
export function curveLength(c: Curve): number {
  let sum = 0;
  let px = 0;
  let py = 0;
  for (let i = 1; i <= 8; i++) {
    const p = pointOn(c, i / 8);
    sum += Math.hypot(p.x - px, p.y - py);
    px = p.x;
    py = p.y;
  }
  return sum;
}

/** Width of a trunk in CSS pixels for a group of `count` nodes. */
export const trunkWidth = (count: number): number => 0.7 + 0.42 * Math.log10(Math.max(1, count));
