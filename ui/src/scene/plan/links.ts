/**
 * Links that are not static: spokes of small fleets, of the focused and the hovered star, tints of links with
 * running work, comets and pulses, the lasso's line.
 * Not here: trunks (static geometry in gl/), when comets leave (flights.ts).
 */
import { clamp, type Point } from "../../kernels/camera.ts";
import { type Curve, pointOn, trunkTo } from "../../kernels/trunk.ts";
import { type DrawList, Mark } from "../drawList.ts";
import type { Comet } from "../flights.ts";
import { pack } from "../palette.ts";
import { inView, isSmall, reachAt, type Sky } from "./sky.ts";

/** Links begin outside the core's outer ring. */
const CORE_CLEAR_PX = 24;
const TAIL = 0.12;
const TAIL_POINTS = 12;
/** More working stars than this in discs: their trunks say it. */
const MAX_TINTED_STARS = 3;
const COUNT_CLEAR_PX = 56;

const points = new Float32Array(2 * 64);

/** Samples the part of a curve from `from` to `to` into `points`, in screen space, leaving out the core. */
function sample(sky: Sky, curve: Curve, from: number, to: number, steps: number): number {
  const { k, x, y } = sky.camera;
  let n = 0;
  for (let i = 0; i <= steps; i++) {
    const p = pointOn(curve, from + ((to - from) * i) / steps);
    if (Math.hypot(p.x, p.y) * k < CORE_CLEAR_PX) continue;
    points[2 * n] = p.x * k + x;
    points[2 * n + 1] = p.y * k + y;
    n++;
  }
  return n;
}

/** Where a curve's parameter must end to stop `gap` pixels before its end. */
const shortened = (sky: Sky, curve: Curve, gap: number): number =>
  clamp(1 - gap / Math.max(1, Math.hypot(curve.ex, curve.ey) * sky.camera.k), 0, 1);

function drawSpoke(sky: Sky, list: DrawList, i: number, width: number, colour: number): void {
  const curve = sky.chart.spoke(sky.store, i);
  const n = sample(sky, curve, 0, shortened(sky, curve, reachAt(sky, i) + 4.5), 40);
  list.ribbons.add(points, n, width, colour);
}

export function drawSmallSpokes(sky: Sky, list: DrawList): void {
  if (!isSmall(sky)) return;
  const { palette, store } = sky;
  const calm = pack(palette.link, palette.alpha.spoke);
  const strong = pack(palette.link, palette.alpha.spoke * 2.2);
  for (let i = 0; i < store.stars.count; i++) {
    if (!store.isThere(i)) continue;
    const chosen = i === sky.focus || i === sky.hover || store.selected.has(i);
    drawSpoke(sky, list, i, 1.2, chosen ? strong : calm);
  }
}

export function drawFocusSpokes(sky: Sky, list: DrawList): void {
  if (isSmall(sky)) return;
  const { palette, hover, focus } = sky;
  if (hover !== null && hover !== focus && sky.store.isThere(hover))
    drawSpoke(sky, list, hover, 1.1, pack(palette.link, 0.45));
  if (focus !== null && sky.store.isThere(focus)) drawSpoke(sky, list, focus, 1.25, pack(palette.activity, 0.8));
}

/** Links with running work carry the activity colour; that alone must do under reduced motion. */
export function drawTints(sky: Sky, list: DrawList): void {
  const { flights, palette } = sky;
  if (flights.size === 0) return;
  const strength = flights.still ? 0.75 : flights.crowded ? 0.4 : 0.28;
  for (const group of flights.byGroup.keys()) {
    const disc = sky.chart.discsOfGroup(group)[0];
    if (disc === undefined) continue;
    const n = sample(sky, trunkTo(disc.x, disc.y), 0, 1, 40);
    list.ribbons.add(points, n, 1.4, pack(palette.activity, strength));
  }
}

/** Without comets the way to a working star is tinted: always in the home system, in discs only for a few. */
export function drawWorkSpokes(sky: Sky, list: DrawList): void {
  const { flights, store, chart, palette } = sky;
  if (!flights.still) return;
  const few = flights.byStar.size <= MAX_TINTED_STARS;
  for (const i of flights.byStar.keys()) {
    const home = chart.discsOfGroup(store.stars.group[i] ?? 0).length === 0;
    if (store.isThere(i) && (home || few)) drawSpoke(sky, list, i, 1.2, pack(palette.activity, 0.6));
  }
}

export function drawComets(sky: Sky, list: DrawList): void {
  if (sky.flights.still || (sky.moving && sky.thrift >= 2)) return;
  const size = sky.camera.k < 5 ? 1.7 : 2.5;
  for (const comet of sky.flights.comets) {
    if (!sky.store.isThere(comet.ordinal)) continue;
    const curve = sky.chart.spoke(sky.store, comet.ordinal);
    const end = shortened(sky, curve, reachAt(sky, comet.ordinal) + 2);
    const t = clamp((sky.now - comet.start) / comet.ms, 0, 1);
    drawHead(sky, list, curve, t * end, size, colourOf(sky, comet));
  }
  for (const pulse of sky.flights.pulses) {
    const disc = sky.chart.discsOfGroup(pulse.group)[0];
    if (disc === undefined) continue;
    const length = Math.hypot(disc.x, disc.y);
    const t = clamp((sky.now - pulse.start) / pulse.ms, 0, 1);
    drawHead(sky, list, trunkTo(disc.x, disc.y), t * (1 - (disc.r / length) * 0.9), size * 1.15, sky.palette.activity);
  }
}

function colourOf(sky: Sky, comet: Comet): string {
  if (comet.outcome === "failed") return sky.palette.critical;
  if (comet.outcome === "unknown") return sky.palette.offline;
  return comet.outcome === "ok" ? sky.palette.ink : sky.palette.activity;
}

function drawHead(sky: Sky, list: DrawList, curve: Curve, t: number, size: number, colour: string): void {
  const n = sample(sky, curve, Math.max(0, t - TAIL), t, TAIL_POINTS);
  if (n === 0) return;
  const head: Point = { x: points[2 * n - 2] ?? 0, y: points[2 * n - 1] ?? 0 };
  if (!inView(sky, head, 160)) return;
  const share = (i: number): number => i / Math.max(1, n - 1);
  list.ribbons.add(
    points,
    n,
    (i) => 0.5 + size * share(i),
    (i) => pack(colour, 0.92 * share(i) ** 2),
  );
  const spark = colour === sky.palette.activity ? sky.palette.spark : colour;
  list.mark(Mark.Disc, head.x, head.y, size * 0.62 + 0.6, 0, pack(spark));
}

export function drawLassoLine(sky: Sky, list: DrawList, loop: readonly number[]): void {
  list.ribbons.add(loop, loop.length / 2, 1.4, pack(sky.palette.activity), true);
}

/** Where a group's count of running work is written: on its trunk, three fifths of the way, clear of the core. */
export function pulseSpot(sky: Sky, group: number): Point | null {
  const disc = sky.chart.discsOfGroup(group)[0];
  if (disc === undefined) return null;
  const length = Math.hypot(disc.x, disc.y);
  const { k, x, y } = sky.camera;
  const t = Math.max(0.62 * (1 - disc.r / length), COUNT_CLEAR_PX / (length * k));
  const p = pointOn(trunkTo(disc.x, disc.y), Math.min(1, t));
  return { x: p.x * k + x, y: p.y * k + y };
}
