/**
 * The camera: how world units become CSS pixels (screen = world · k + offset), and every way to move it.
 * Not here: gestures (scene/input), motion over time (flight.ts), device pixels (the renderer's concern).
 */

/** `k` is CSS pixels for one world unit, which is also the spacing of stars on the screen. */
export type Camera = { readonly k: number; readonly x: number; readonly y: number };
export type Point = { x: number; y: number };
export type Box = { x0: number; y0: number; x1: number; y1: number };
export type Insets = { top: number; right: number; bottom: number; left: number };
export type Size = { width: number; height: number };

export const project = (c: Camera, wx: number, wy: number): Point => ({ x: wx * c.k + c.x, y: wy * c.k + c.y });
export const unproject = (c: Camera, px: number, py: number): Point => ({ x: (px - c.x) / c.k, y: (py - c.y) / c.k });

export const pan = (c: Camera, dx: number, dy: number): Camera => ({ k: c.k, x: c.x + dx, y: c.y + dy });

/** The camera with zoom `k` that shows world point (wx, wy) at screen point (px, py). */
export const pinned = (k: number, wx: number, wy: number, px: number, py: number): Camera => ({
  k,
  x: px - wx * k,
  y: py - wy * k,
});

/** Zooms by `factor` and keeps what is under the pointer under the pointer. */
export function zoomAt(
  c: Camera,
  px: number,
  py: number,
  factor: number,
  limits: { min: number; max: number },
): Camera {
  const k = clamp(c.k * factor, limits.min, limits.max);
  const at = unproject(c, px, py);
  return pinned(k, at.x, at.y, px, py);
}

/** The camera that shows `box` centred in what `insets` leave of the view, no closer than `maxK`. */
export function fitBox(box: Box, view: Size, insets: Insets, maxK: number): Camera {
  const width = Math.max(1, view.width - insets.left - insets.right);
  const height = Math.max(1, view.height - insets.top - insets.bottom);
  const k = Math.min(width / Math.max(1e-6, box.x1 - box.x0), height / Math.max(1e-6, box.y1 - box.y0), maxK);
  const px = insets.left + width / 2;
  const py = insets.top + height / 2;
  return pinned(k, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, px, py);
}

/** What part of the world the view shows, widened by `margin` CSS pixels. */
export function visibleBox(c: Camera, view: Size, margin = 0): Box {
  const a = unproject(c, -margin, -margin);
  const b = unproject(c, view.width + margin, view.height + margin);
  return { x0: a.x, y0: a.y, x1: b.x, y1: b.y };
}

export const clamp = (v: number, lo: number, hi: number): number => Math.min(Math.max(v, lo), hi);
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
export function smoothstep(lo: number, hi: number, v: number): number {
  const t = clamp((v - lo) / (hi - lo), 0, 1);
  return t * t * (3 - 2 * t);
}
