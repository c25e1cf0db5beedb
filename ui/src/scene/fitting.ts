/**
 * What "everything" is: the box, margins and closest zoom of the fitted view, where flights to a star or a group
 * end, and what the console's own controls cover.
 * Not here: moving the camera (rig.ts).
 */
import type { Box, Insets, Size } from "../kernels/camera.ts";
import { FIT_K, FIT_K_SMALL, SMALL_FLEET } from "../kernels/detail.ts";
import type { Rect } from "../kernels/labels.ts";
import { boundsOf, type Chart } from "./chart.ts";
import type { StarStore } from "./starStore.ts";

export type Fit = { box: Box; insets: Insets; maxK: number };

/** A small fleet keeps the core in the middle and this much room round it: three slots of the home system. */
const SMALL_ROOM = 3.8;
/** Beside the outermost star there must be room for its card. */
const CARD_ROOM = { x: 2.3, y: 0.8 };
/** The console's bars at the top, and names of groups outside their discs. */
const INSETS: Insets = { top: 56, right: 30, bottom: 26, left: 30 };
/** The bar at the bottom that says what is selected or looked at; it comes and goes, and the sky does not move for it. */
const BAR_PX = 46;
/** A lower view keeps its room for the stars. */
const BAR_LEAST = 600;
/** The empty chart leaves room for the card that says how to add the first node, with all that it may have to say. */
const EMPTY: Insets = { ...INSETS, top: 30, bottom: 340 };
const EMPTY_LEAST = 560;
const NAME_PX = 34;

/** `above` is what hangs over the bars at the top. */
export function fitAll(chart: Chart, store: StarStore, view: Size, above = 0): Fit {
  const box = boundsOf(chart, store);
  if (store.present > SMALL_FLEET) {
    const names = chart.discs.length > 0 ? NAME_PX : 0;
    const bar = view.height > BAR_LEAST ? BAR_PX : 0;
    const insets = { ...INSETS, top: INSETS.top + names * 0.7 + above, bottom: INSETS.bottom + names + bar };
    return { box, insets: shrink(insets, view), maxK: FIT_K };
  }
  const rx = Math.max(SMALL_ROOM, CARD_ROOM.x - box.x0, CARD_ROOM.x + box.x1);
  const ry = Math.max(SMALL_ROOM, CARD_ROOM.y - box.y0, CARD_ROOM.y + box.y1);
  const small = { x0: -rx, x1: rx, y0: -ry, y1: ry };
  const insets =
    store.present === 0 && view.height > EMPTY_LEAST ? EMPTY : shrink({ ...INSETS, top: INSETS.top + above }, view);
  return { box: small, insets, maxK: FIT_K_SMALL };
}

/** A group with all its discs. */
export function fitGroup(chart: Chart, group: number, view: Size): Fit | null {
  const discs = chart.discsOfGroup(group);
  if (discs.length === 0) return null;
  const box = {
    x0: Math.min(...discs.map((d) => d.x - d.r)),
    x1: Math.max(...discs.map((d) => d.x + d.r)),
    y0: Math.min(...discs.map((d) => d.y - d.r)),
    y1: Math.max(...discs.map((d) => d.y + d.r)),
  };
  const insets = { top: INSETS.top + NAME_PX, right: 60, bottom: INSETS.bottom + NAME_PX, left: 60 };
  return { box, insets: shrink(insets, view), maxK: 44 };
}

/** Where a flight to one star ends: close enough for its arcs, never farther than now. */
export const starSpacing = (k: number): number => Math.max(34, k);

/** Where no label is read: under the zoom buttons, the chart's menu with the status chips, and the switch of views. */
export const underControls = ({ width, height }: Size): Rect[] => [
  { x: 10, y: height - 106, w: 38, h: 96 },
  { x: 10, y: 8, w: Math.min(480, width / 2), h: 38 },
  { x: width - 160, y: 8, w: 150, h: 38 },
];

/** Margins never take more than half of a small view. */
function shrink(insets: Insets, view: Size): Insets {
  const v = Math.min(1, view.height / 2 / (insets.top + insets.bottom));
  const h = Math.min(1, view.width / 2 / (insets.left + insets.right));
  return { top: insets.top * v, bottom: insets.bottom * v, left: insets.left * h, right: insets.right * h };
}
