/**
 * Chips: the boxed name of the focused star, in ink, and of the hovered one, in a surface colour.
 * Not here: labels in the sky (labels.ts), rings (stars.ts).
 */
import type { Rect } from "../../kernels/labels.ts";
import type { DrawList } from "../drawList.ts";
import { pack } from "../palette.ts";
import { coversStar } from "./labelBoard.ts";
import { reachAt, type Sky, starAt } from "./sky.ts";
import { focusRadius } from "./stars.ts";

/** Chips pad their text; the atlas paints the same rounded box. */
export const CHIP_PAD = 10;
const HEIGHT = 24;
const GAP = 7;

export function drawChips(sky: Sky, list: DrawList): void {
  const { focus, hover, palette } = sky;
  const carded = new Set(sky.labels.nodes.filter((l) => l.lines > 0).map((l) => l.ordinal));
  if (focus !== null && sky.store.isThere(focus) && !carded.has(focus))
    chip(sky, list, focus, focusRadius(sky, focus), palette.ink, palette.inkText);
  if (hover === null || hover === focus || !sky.store.isThere(hover) || carded.has(hover)) return;
  const surface = palette.theme === "dark" ? "#202733" : "#ffffff";
  chip(sky, list, hover, reachAt(sky, hover) + 3.5, surface, palette.text);
}

function chip(sky: Sky, list: DrawList, i: number, ring: number, box: string, ink: string): void {
  const r = chipRect(sky, i, ring);
  const text = sky.store.stars.label(i).name;
  list.texts.push({ text, style: "chip", x: r.x + CHIP_PAD, y: r.y + 16, fill: pack(ink), halo: pack(box) });
}

/** Beside the ring: to the right, unless only the left stays inside the view or hides no star. */
export function chipRect(sky: Sky, i: number, ring: number): Rect {
  const p = starAt(sky, i);
  const w = sky.measure("chip", sky.store.stars.label(i).name) + 2 * CHIP_PAD;
  const right = { x: p.x + ring + GAP, y: p.y - HEIGHT / 2, w, h: HEIGHT };
  const left = { ...right, x: p.x - ring - GAP - w };
  if (right.x + w > sky.view.width - 6) return left;
  if (left.x < 6 || sky.camera.k < 6) return right;
  return coversStar(sky, right, i, false) && !coversStar(sky, left, i, false) ? left : right;
}
