/**
 * The core: the Nexus itself in the middle of the chart, and the dashed places where the first stars will stand.
 * Not here: its name (labels.ts).
 */
import { clamp } from "../../kernels/camera.ts";
import { type DrawList, Mark } from "../drawList.ts";
import { pack } from "../palette.ts";
import { isSmall, type Sky } from "./sky.ts";

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** The core shrinks when the whole sky is small on the screen and grows a little in the closest view. */
export function coreScale(sky: Sky): number {
  if (isSmall(sky)) return 1.25;
  return clamp(0.7 * sky.camera.k, 0.45, 1);
}

export function drawCore(sky: Sky, list: DrawList): void {
  const { palette } = sky;
  const { x, y } = sky.camera;
  const s = coreScale(sky);
  list.mark(Mark.Disc, x, y, 21 * s, 0, pack(palette.map));
  list.mark(Mark.Ring, x, y, 19 * s, 1, pack(palette.ink, 0.22));
  list.mark(Mark.Ring, x, y, 12.5 * s, 1.6, pack(palette.ink, 0.9));
  list.mark(Mark.Disc, x, y, 4.6 * s, 0, pack(palette.ink));
}

/** Home slots 5, 6 and 7 of the layout, where the first three nodes will stand; the next one is clearer. */
export function drawEmptySlots(sky: Sky, list: DrawList): void {
  const { k, x, y } = sky.camera;
  for (let n = 0; n < 3; n++) {
    const slot = 5 + n;
    const r = Math.sqrt(slot + 0.5) * k;
    const a = slot * GOLDEN;
    const colour = pack(sky.palette.grid, n === 0 ? 0.5 : 0.22);
    list.mark(Mark.Dashes, x + r * Math.cos(a), y + r * Math.sin(a), 11, 1.1, colour, 12, 0.42);
  }
}
