/**
 * The minimap's arithmetic: where it lies in the view, how the world becomes its pixels and back, and which part of
 * it the view shows. Shown only when the map is zoomed in; elsewhere it would repeat what is there already.
 * Not here: what is drawn in it (scene/plan/minimap.ts), gestures.
 */
import { type Box, type Camera, clamp, type Point, type Size, smoothstep, visibleBox } from "./camera.ts";
import type { Rect } from "./labels.ts";

export const SHOW_FROM_ZOOM = 3;
const MOST = { width: 188, height: 128 };
const LEAST = { width: 84, height: 64 };
const EDGE_PX = 14;
/** The clock that leads back in time stands under it. */
const FOOT_PX = 42;
const PAD_PX = 7;
/** In a smaller view it would cover the map. */
const LEAST_VIEW = { width: 460, height: 340 };

export type MiniMap = {
  rect: Rect;
  /** World to minimap, as a camera. */
  camera: Camera;
  /** 0 to 1, so that it does not pop up. */
  strength: number;
};

/** Null where it has no place or says nothing. `zoom` is relative to the fitted view. */
export function miniMap(bounds: Box, view: Size, zoom: number): MiniMap | null {
  const strength = smoothstep(SHOW_FROM_ZOOM, SHOW_FROM_ZOOM * 1.12, zoom);
  if (strength <= 0 || view.width < LEAST_VIEW.width || view.height < LEAST_VIEW.height) return null;
  const width = Math.max(1e-6, bounds.x1 - bounds.x0);
  const height = Math.max(1e-6, bounds.y1 - bounds.y0);
  const k = Math.min((MOST.width - 2 * PAD_PX) / width, (MOST.height - 2 * PAD_PX) / height);
  const w = clamp(width * k + 2 * PAD_PX, LEAST.width, MOST.width);
  const h = clamp(height * k + 2 * PAD_PX, LEAST.height, MOST.height);
  const rect = { x: view.width - EDGE_PX - w, y: view.height - EDGE_PX - FOOT_PX - h, w, h };
  const x = rect.x + w / 2 - ((bounds.x0 + bounds.x1) / 2) * k;
  const y = rect.y + h / 2 - ((bounds.y0 + bounds.y1) / 2) * k;
  return { rect, camera: { k, x, y }, strength };
}

export const isOnMini = (mini: MiniMap | null, px: number, py: number): boolean =>
  mini !== null &&
  px >= mini.rect.x &&
  py >= mini.rect.y &&
  px <= mini.rect.x + mini.rect.w &&
  py <= mini.rect.y + mini.rect.h;

/** The world point under a pixel of the minimap. */
export const worldAt = (mini: MiniMap, px: number, py: number): Point => ({
  x: (px - mini.camera.x) / mini.camera.k,
  y: (py - mini.camera.y) / mini.camera.k,
});

/** What the view shows, in minimap pixels, cut to the minimap; null when the view shows nothing of it. */
export function frameIn(mini: MiniMap, camera: Camera, view: Size): Rect | null {
  const seen = visibleBox(camera, view);
  const { k, x, y } = mini.camera;
  const { rect } = mini;
  const x0 = clamp(seen.x0 * k + x, rect.x + 1, rect.x + rect.w - 1);
  const x1 = clamp(seen.x1 * k + x, rect.x + 1, rect.x + rect.w - 1);
  const y0 = clamp(seen.y0 * k + y, rect.y + 1, rect.y + rect.h - 1);
  const y1 = clamp(seen.y1 * k + y, rect.y + 1, rect.y + rect.h - 1);
  return x1 - x0 < 0.5 || y1 - y0 < 0.5 ? null : { x: x0, y: y0, w: x1 - x0, h: y1 - y0 };
}

/** A rectangle with round corners as a loop of points. */
export function roundedLoop(r: Rect, radius: number): number[] {
  const loop: number[] = [];
  const corners = [
    [r.x + r.w - radius, r.y + radius, -Math.PI / 2],
    [r.x + r.w - radius, r.y + r.h - radius, 0],
    [r.x + radius, r.y + r.h - radius, Math.PI / 2],
    [r.x + radius, r.y + radius, Math.PI],
  ] as const;
  for (const [cx, cy, from] of corners)
    for (let n = 0; n <= 4; n++) {
      const a = from + (n / 4) * (Math.PI / 2);
      loop.push(cx + Math.cos(a) * radius, cy + Math.sin(a) * radius);
    }
  return loop;
}
