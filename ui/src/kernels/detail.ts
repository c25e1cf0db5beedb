/**
 * Level of detail: what a star looks like at a given spacing of stars on the screen (which is the camera's k), and
 * how many labels are welcome. Sizes are continuous in the spacing, so nothing jumps while zooming.
 * `STAR_SIZES_GLSL` is the same arithmetic for the vertex shader; change both together (a test compares them).
 * Not here: colours, and who gets a label (labels.ts).
 */
import { mix, smoothstep } from "./camera.ts";

export type Level = 0 | 1 | 2 | 3;

/** Fleets of this size open at the closest level, with spokes. */
export const SMALL_FLEET = 12;
/** The closest that a fit goes, for small and for other fleets. */
export const FIT_K_SMALL = 74;
export const FIT_K = 25.5;

export const levelOf = (spacing: number): Level => (spacing < 3 ? 0 : spacing < 9.5 ? 1 : spacing < 28 ? 2 : 3);

/** Radius of a star's body in CSS pixels: area-proportional to load, grows into the close-up. */
export function bodyRadius(load: number, spacing: number): number {
  const far = Math.min(1.25, Math.max(0.34, (spacing + 1.5) / 14.5));
  const floor = mix(0.75, 1.5, smoothstep(3, 8, spacing));
  const near = 0.62 * (9 + 9 * load);
  return mix(Math.max(floor, (1.35 + 4.1 * Math.sqrt(load)) * far), near, smoothstep(20, 60, spacing));
}
export const degradedRadius = (load: number, spacing: number): number =>
  Math.max(mix(2.1, 3, smoothstep(4, 11, spacing)), bodyRadius(load, spacing));
export const offlineRadius = (spacing: number): number =>
  mix(1.9, 3.1, smoothstep(4, 11, spacing)) + 3.4 * smoothstep(24, 60, spacing);
export const criticalRadius = (load: number, spacing: number): number => 1.35 * degradedRadius(load, spacing);
/** How strong the ring round a degraded star is; at the closest level its arcs replace it. */
export const ringStrength = (spacing: number): number => smoothstep(6, 9, spacing) * (1 - arcStrength(spacing));
export const arcStrength = (spacing: number): number => smoothstep(18, 24, spacing);
export const haloStrength = (spacing: number): number => smoothstep(7, 9.5, spacing);

export const STAR_SIZES_GLSL = `
float bodyRadius(float load, float s) {
  float far = clamp((s + 1.5) / 14.5, 0.34, 1.25);
  float base = mix(0.75, 1.5, smoothstep(3.0, 8.0, s));
  return mix(max(base, (1.35 + 4.1 * sqrt(load)) * far), 0.62 * (9.0 + 9.0 * load), smoothstep(20.0, 60.0, s));
}
float degradedRadius(float load, float s) { return max(mix(2.1, 3.0, smoothstep(4.0, 11.0, s)), bodyRadius(load, s)); }
float offlineRadius(float s) { return mix(1.9, 3.1, smoothstep(4.0, 11.0, s)) + 3.4 * smoothstep(24.0, 60.0, s); }
float criticalRadius(float load, float s) { return 1.35 * degradedRadius(load, s); }
float arcStrength(float s) { return smoothstep(18.0, 24.0, s); }
float ringStrength(float s) { return smoothstep(6.0, 9.0, s) * (1.0 - arcStrength(s)); }
`;

/** The two load arcs round a star at close zoom: memory inside, CPU outside. CSS pixels. */
export function arcRadii(load: number, spacing: number): { inner: number; outer: number; width: number } {
  const t = smoothstep(20, 60, spacing);
  const inner = bodyRadius(load, spacing) + mix(2.8, 0.38 * (9 + 9 * load) + 2.5, t);
  return { inner, outer: inner + mix(2.7, 4.5, t), width: mix(1.3, 2.2, t) };
}

/** From the outer arc of a close-up to the ring that marks it as degraded or critical. */
export const degradedGap = (spacing: number): number => mix(2.6, 4.5, smoothstep(20, 60, spacing));

/** How far a star reaches with everything round it: for selection rings, spokes' ends and label offsets. */
export function reachOf(load: number, spacing: number, offline: boolean, abnormal: boolean): number {
  if (offline) return offlineRadius(spacing) + 0.7;
  const body = abnormal ? degradedRadius(load, spacing) : bodyRadius(load, spacing);
  const ring = abnormal ? body + 3.6 * ringStrength(spacing) : body;
  const arcs = arcRadii(load, spacing);
  const around = abnormal ? arcs.outer + degradedGap(spacing) + 1 : arcs.outer + arcs.width / 2;
  return mix(ring, around, arcStrength(spacing));
}

/** How many node labels are welcome, and whether only exceptions get one. */
export function labelBudget(spacing: number): { labels: number; exceptionsOnly: boolean } {
  if (spacing < 4.5) return { labels: 0, exceptionsOnly: true };
  if (spacing < 9.5) return { labels: 24, exceptionsOnly: true };
  return { labels: 60, exceptionsOnly: false };
}
