/**
 * The minimap in the corner of a zoomed map: every disc, every exception, and a frame round what the view shows.
 * A mark in it says where trouble is; what trouble is said elsewhere, so shapes are left to colour and place.
 * Not here: its place and arithmetic (kernels/minimap.ts), clicks and drags (gestureTarget.ts).
 */
import { frameIn, type MiniMap, miniMap, roundedLoop } from "../../kernels/minimap.ts";
import { Status } from "../api.ts";
import { type DrawList, Mark } from "../drawList.ts";
import { pack } from "../palette.ts";
import type { Sky } from "./sky.ts";

const CORNER = 8;
/** More exceptions than this are told by their discs. */
const MOST_MARKS = 600;
const LEAST_DISC_PX = 1.6;

export const miniOf = (sky: Sky): MiniMap | null => {
  // A chart in motion has no settled picture to show small.
  if (sky.unfold < 1 || sky.store.present === 0) return null;
  return miniMap(sky.bounds, sky.view, sky.camera.k / sky.fittedK);
};

export function drawMinimap(sky: Sky, list: DrawList): void {
  const mini = miniOf(sky);
  if (mini === null) return;
  const { palette } = sky;
  const dark = palette.theme === "dark";
  const loop = roundedLoop(mini.rect, CORNER);
  list.add({ op: "fill", loop, colour: palette.map, alpha: 0.94 * mini.strength });
  list.collect(() => {
    list.ribbons.add(loop, loop.length / 2, 1, pack(palette.grid, (dark ? 0.2 : 0.24) * mini.strength), true);
  });
  list.collect(() => drawDiscs(sky, list, mini));
  const frame = frameIn(mini, sky.camera, sky.view);
  if (frame !== null) {
    const edge = [frame.x, frame.y, frame.x + frame.w, frame.y, frame.x + frame.w, frame.y + frame.h];
    edge.push(frame.x, frame.y + frame.h);
    list.add({ op: "fill", loop: edge, colour: palette.ink, alpha: (dark ? 0.09 : 0.06) * mini.strength });
    list.collect(() => list.ribbons.add(edge, 4, 1.3, pack(palette.ink, 0.85 * mini.strength), true));
  }
  list.collect(() => drawExceptions(sky, list, mini));
}

function drawDiscs(sky: Sky, list: DrawList, mini: MiniMap): void {
  const { palette, chart } = sky;
  const { k, x, y } = mini.camera;
  const dark = palette.theme === "dark";
  const body = pack(palette.online, (dark ? 0.2 : 0.17) * mini.strength);
  const line = pack(palette.grid, (dark ? 0.3 : 0.34) * mini.strength);
  for (const d of chart.discs) {
    const r = Math.max(LEAST_DISC_PX, d.r * k);
    list.mark(Mark.Disc, d.x * k + x, d.y * k + y, r, 0, body);
    if (r > 3) list.mark(Mark.Ring, d.x * k + x, d.y * k + y, r, 0.8, line);
  }
  list.mark(Mark.Disc, x, y, 1.8, 0, pack(palette.ink, 0.9 * mini.strength));
}

function drawExceptions(sky: Sky, list: DrawList, mini: MiniMap): void {
  const { palette, store } = sky;
  const { k, x, y } = mini.camera;
  const degraded = pack(palette.degraded, mini.strength);
  const critical = pack(palette.critical, mini.strength);
  const offline = pack(palette.offline, 0.9 * mini.strength);
  let left = MOST_MARKS;
  // Those that are out of reach first, so that trouble that can be worked on lies on top.
  for (const wanted of [Status.Offline, Status.Degraded, Status.Critical]) {
    const colour = wanted === Status.Critical ? critical : wanted === Status.Degraded ? degraded : offline;
    const r = wanted === Status.Critical ? 1.9 : wanted === Status.Degraded ? 1.5 : 1;
    for (let n = 0; n < store.exceptions.size && left > 0; n++) {
      const i = store.exceptions.items[n] ?? 0;
      if (store.statusOf(i) !== wanted || store.isDimmed(i)) continue;
      list.mark(Mark.Disc, (store.stars.x[i] ?? 0) * k + x, (store.stars.y[i] ?? 0) * k + y, r, 0, colour);
      left--;
    }
  }
}
