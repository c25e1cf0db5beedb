/**
 * Marks round stars: the close-up (glow, CPU and memory arcs, task ticks), rings that grow and fade, hover, focus.
 * Not here: the stars' bodies (they are one static buffer, drawn by gl/starPass.ts) and labels.
 */
import { clamp, mix, smoothstep, visibleBox } from "../../kernels/camera.ts";
import { arcRadii, arcStrength, bodyRadius, degradedGap } from "../../kernels/detail.ts";
import { easeOut } from "../../kernels/flight.ts";
import { insideLoop, loopBox } from "../../kernels/lasso.ts";
import { visitBox } from "../../kernels/spatial.ts";
import { Status } from "../api.ts";
import { type DrawList, Mark } from "../drawList.ts";
import { pack } from "../palette.ts";
import { inView, reachAt, type Sky, starAt } from "./sky.ts";

/** More close-ups than this (a wall of screens, far apart stars): leave the arcs for a closer zoom. */
const MAX_CLOSE_UPS = 1500;
const MAX_TICKS = 12;
const TAU = Math.PI * 2;
const TOP = -Math.PI / 2;

export function drawCloseUps(sky: Sky, list: DrawList): void {
  const { k } = sky.camera;
  const strength = arcStrength(k);
  if (strength <= 0) return;
  const shown: number[] = [];
  const full = visitBox(sky.store.grid(), visibleBox(sky.camera, sky.view, 40), (i) => {
    shown.push(i);
    return shown.length > MAX_CLOSE_UPS;
  });
  if (full) return;
  for (const i of shown) if (sky.store.statusOf(i) !== Status.Offline) drawCloseUp(sky, list, i, strength);
}

function drawCloseUp(sky: Sky, list: DrawList, i: number, strength: number): void {
  const { palette, store } = sky;
  const { k } = sky.camera;
  const { x, y } = starAt(sky, i);
  const status = store.statusOf(i);
  const load = store.loadOf(i);
  const { inner, outer, width } = arcRadii(load, k);
  const seen = strength * (store.isDimmed(i) ? 0.16 : 1);
  const near = smoothstep(20, 60, k);
  const hue = status === Status.Critical ? palette.critical : status === Status.Degraded ? palette.degraded : null;
  const track = pack(palette.grid, 0.16 * seen);
  if (near > 0) {
    const glow = mix(0, palette.alpha.glow, near) * seen * (status === Status.Busy ? 1 : 0.75);
    list.mark(Mark.Glow, x, y, 2.9 * (9 + 9 * load), 0, pack(hue ?? palette.glow, glow));
  }
  list.mark(Mark.Ring, x, y, inner, width, track);
  list.mark(Mark.Ring, x, y, outer, width, track);
  const memory = clamp(store.stars.memory[i] ?? 0, 0, 1) * TAU;
  const cpu = clamp(store.stars.cpu[i] ?? 0, 0, 1) * TAU;
  list.mark(Mark.Arc, x, y, inner, width, pack(hue ?? palette.online, 0.55 * seen), TOP, memory);
  list.mark(Mark.Arc, x, y, outer, width, pack(hue ?? palette.ink, seen), TOP, cpu);
  if (hue !== null) list.mark(Mark.Ring, x, y, outer + degradedGap(k), 1.2, pack(hue, 0.55 * seen));
  const ticks = Math.min(MAX_TICKS, store.stars.tasks[i] ?? 0);
  const orbit = outer + mix(4, 6.5, near);
  for (let n = 0; n < ticks; n++) {
    const a = 2.2 + n * mix(0.42, 0.34, near);
    list.mark(
      Mark.Disc,
      x + Math.cos(a) * orbit,
      y + Math.sin(a) * orbit,
      mix(1.3, 2, near),
      0,
      pack(palette.activity, seen),
    );
  }
}

/** Connects, disconnects, arrivals: a ring grows and fades. */
export function drawRings(sky: Sky, list: DrawList): void {
  for (const ring of sky.motion.rings) {
    const t = clamp((sky.now - ring.start) / ring.ms, 0, 1);
    const hue =
      ring.tint === "failed" ? sky.palette.critical : ring.tint === "unknown" ? sky.palette.offline : sky.palette.ink;
    const colour = pack(hue, 0.75 * (1 - t) ** 1.5);
    const grown = ring.grow * easeOut(t);
    if (ring.ordinal >= 0) {
      const p = starAt(sky, ring.ordinal);
      if (inView(sky, p, 60)) list.mark(Mark.Ring, p.x, p.y, reachAt(sky, ring.ordinal) + grown, 1.3, colour);
    } else for (const d of sky.chart.discsOfGroup(ring.group)) ringRoundDisc(sky, list, d, grown, colour);
  }
}

/** A disc can be larger than a point sprite, so its ring is a ribbon. */
function ringRoundDisc(
  sky: Sky,
  list: DrawList,
  d: { x: number; y: number; r: number },
  grow: number,
  c: number,
): void {
  const { k, x, y } = sky.camera;
  const loop: number[] = [];
  for (let n = 0; n < 96; n++) {
    const a = (n / 96) * TAU;
    const r = d.r * k + grow;
    loop.push(d.x * k + x + Math.cos(a) * r, d.y * k + y + Math.sin(a) * r);
  }
  list.ribbons.add(loop, 96, 1.4, c, true);
}

export function drawSelection(sky: Sky, list: DrawList): void {
  const { hover, focus, palette } = sky;
  if (sky.lasso !== null) drawCaught(sky, list, sky.lasso);
  if (hover !== null && hover !== focus && sky.store.isThere(hover)) {
    const p = starAt(sky, hover);
    list.mark(Mark.Ring, p.x, p.y, reachAt(sky, hover) + 3.5, 1.2, pack(palette.ink, 0.55));
  }
  if (focus === null || !sky.store.isThere(focus)) return;
  const p = starAt(sky, focus);
  list.mark(Mark.Ring, p.x, p.y, focusRadius(sky, focus), 1.6, pack(palette.ink));
}

/** The focus ring stands 7 px off the body and clears whatever stands round it. */
export function focusRadius(sky: Sky, i: number): number {
  const body = bodyRadius(sky.store.loadOf(i), sky.camera.k);
  const ticks = (sky.store.stars.tasks[i] ?? 0) > 0 ? 3.5 : 0;
  return Math.max(body + 7.5, reachAt(sky, i) + 4 + ticks * arcStrength(sky.camera.k));
}

/** Stars inside the loop light up while it is drawn. */
function drawCaught(sky: Sky, list: DrawList, loop: readonly number[]): void {
  const { k, x, y } = sky.camera;
  const b = loopBox(loop);
  const colour = pack(sky.palette.activity);
  const box = { x0: (b.x0 - x) / k, y0: (b.y0 - y) / k, x1: (b.x1 - x) / k, y1: (b.y1 - y) / k };
  let marks = 0;
  visitBox(sky.store.grid(), box, (i) => {
    const p = starAt(sky, i);
    if (!insideLoop(loop, p.x, p.y)) return;
    list.mark(Mark.Ring, p.x, p.y, reachAt(sky, i) + 3.2, 1.2, colour);
    return ++marks >= 3000;
  });
}
