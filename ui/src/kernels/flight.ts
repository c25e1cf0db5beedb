/**
 * The fly-to path: smooth and efficient zooming and panning after van Wijk and Nuij (2003).
 * It zooms out far enough to see both ends, moves, and zooms in; the last point is exactly the goal.
 * Not here: the clock, easing of other animations, and who starts or interrupts a flight.
 */
import { type Camera, clamp, pinned, type Size } from "./camera.ts";

/** Trade-off between zooming and panning; 1.42 is the value the paper's test persons liked best. */
const RHO = 1.42;

/** A view as the paper sees it: the world point in the centre, and the width of the world that is visible. */
type View = { cx: number; cy: number; w: number };

const viewOf = (c: Camera, size: Size): View => ({
  cx: (size.width / 2 - c.x) / c.k,
  cy: (size.height / 2 - c.y) / c.k,
  w: size.width / c.k,
});

const cameraOf = (v: View, size: Size): Camera => pinned(size.width / v.w, v.cx, v.cy, size.width / 2, size.height / 2);

/** Returns the camera at `t` (0..1, already eased by the caller or linear) on the way from `from` to `to`. */
export function flight(from: Camera, to: Camera, size: Size): (t: number) => Camera {
  const a = viewOf(from, size);
  const b = viewOf(to, size);
  const dx = b.cx - a.cx;
  const dy = b.cy - a.cy;
  const d2 = dx * dx + dy * dy;
  if (d2 < 1e-9 * a.w * a.w) {
    const s = Math.log(b.w / a.w);
    return (t) => (t >= 1 ? to : cameraOf({ cx: a.cx + dx * t, cy: a.cy + dy * t, w: a.w * Math.exp(t * s) }, size));
  }
  const d = Math.sqrt(d2);
  const rho2 = RHO * RHO;
  const b0 = (b.w * b.w - a.w * a.w + rho2 * rho2 * d2) / (2 * a.w * rho2 * d);
  const b1 = (b.w * b.w - a.w * a.w - rho2 * rho2 * d2) / (2 * b.w * rho2 * d);
  const r0 = Math.log(Math.sqrt(b0 * b0 + 1) - b0);
  const r1 = Math.log(Math.sqrt(b1 * b1 + 1) - b1);
  const total = (r1 - r0) / RHO;
  return (t) => {
    if (t >= 1) return to;
    if (t <= 0) return from;
    const s = t * total;
    const cosh0 = Math.cosh(r0);
    const u = (a.w / (rho2 * d)) * (cosh0 * Math.tanh(RHO * s + r0) - Math.sinh(r0));
    return cameraOf({ cx: a.cx + u * dx, cy: a.cy + u * dy, w: (a.w * cosh0) / Math.cosh(RHO * s + r0) }, size);
  };
}

/** Slow at both ends; the last step lands exactly on 1. */
export function easeInOut(t: number): number {
  const v = clamp(t, 0, 1);
  return v < 0.5 ? 4 * v * v * v : 1 - (-2 * v + 2) ** 3 / 2;
}
export const easeOut = (t: number): number => 1 - (1 - clamp(t, 0, 1)) ** 3;
