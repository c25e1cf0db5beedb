/**
 * The lasso's geometry: a loop of screen points, its bounds, and which points lie inside (even-odd rule).
 * Not here: the gesture that draws it and the picture of it.
 */
import type { Box } from "./camera.ts";

/** x0, y0, x1, y1, … in any unit. */
export type Loop = readonly number[];

/** Adds a point unless it is nearer than `step` to the last one; keeps a loop small however fast the mouse reports. */
export function extendLoop(loop: number[], x: number, y: number, step: number): boolean {
  const n = loop.length;
  if (n >= 2 && Math.hypot(x - (loop[n - 2] ?? 0), y - (loop[n - 1] ?? 0)) < step) return false;
  loop.push(x, y);
  return true;
}

export function loopBox(loop: Loop): Box {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (let i = 0; i + 1 < loop.length; i += 2) {
    box.x0 = Math.min(box.x0, loop[i] ?? 0);
    box.x1 = Math.max(box.x1, loop[i] ?? 0);
    box.y0 = Math.min(box.y0, loop[i + 1] ?? 0);
    box.y1 = Math.max(box.y1, loop[i + 1] ?? 0);
  }
  return box;
}

export function insideLoop(loop: Loop, x: number, y: number): boolean {
  let inside = false;
  const n = loop.length;
  for (let i = 0, j = n - 2; i + 1 < n; j = i, i += 2) {
    const xi = loop[i] ?? 0;
    const yi = loop[i + 1] ?? 0;
    const xj = loop[j] ?? 0;
    const yj = loop[j + 1] ?? 0;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
