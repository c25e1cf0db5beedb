/**
 * The plan: from the sky at one moment to the draw list of one frame, back to front. Pure but for the label board,
 * which remembers where labels were so that they stay.
 * Not here: GL. Every layer's own content lives in a sibling file.
 */
import { haloStrength } from "../../kernels/detail.ts";
import { MELT_BELOW, MELT_FROM, MELT_SLOW_FROM } from "../density.ts";
import type { DrawList } from "../drawList.ts";
import { drawChips } from "./chips.ts";
import { drawCore, drawEmptySlots } from "./core.ts";
import { drawCoreName, drawGroupNames, drawNodeLabels, drawPulseCounts } from "./labels.ts";
import { drawComets, drawFocusSpokes, drawLassoLine, drawSmallSpokes, drawTints, drawWorkSpokes } from "./links.ts";
import { drawMinimap } from "./minimap.ts";
import { isSmall, type Sky } from "./sky.ts";
import { drawCloseUps, drawRings, drawSelection } from "./stars.ts";

export function plan(sky: Sky, list: DrawList): void {
  const { k } = sky.camera;
  const thrift = sky.moving ? sky.thrift : 0;
  sky.labels.refresh(sky);
  list.clear();
  list.add({ op: "grid", step: isSmall(sky) ? SMALL_STEP : gridStep(sky.fittedK), stretch: isSmall(sky) ? 1 : 1.46 });
  list.add({ op: "trunks", alpha: sky.unfold });
  list.collect(() => drawTints(sky, list));
  list.add({ op: "discs", alpha: sky.unfold, draft: sky.draft });
  list.collect(() => drawSmallSpokes(sky, list));
  list.collect(() => drawWorkSpokes(sky, list));
  list.collect(() => drawFocusSpokes(sky, list));
  list.collect(() => drawComets(sky, list));
  if (thrift < 1 && haloStrength(k) > 0 && sky.store.busy.size > 0) list.add({ op: "stars", pass: "halo" });
  list.collect(() => drawCloseUps(sky, list));
  if (meltsTogether(sky)) {
    sky.density.refresh(sky.store, sky.chart, k, sky.moving);
    list.add({ op: "density" });
    if (sky.density.loose.size > 0) list.add({ op: "stars", pass: "normal", loose: true });
  } else list.add({ op: "stars", pass: "normal" });
  if (sky.store.exceptions.size > 0) list.add({ op: "stars", pass: "exceptions" });
  if (sky.store.selected.size > 0) list.add({ op: "stars", pass: "selected" });
  list.collect(() => drawRings(sky, list));
  list.collect(() => {
    drawCore(sky, list);
    if (sky.store.present === 0) drawEmptySlots(sky, list);
  });
  list.collect(() => {
    if (thrift < 3) drawNodeLabels(sky, list);
    drawGroupNames(sky, list);
    drawPulseCounts(sky, list);
    drawCoreName(sky, list);
  });
  list.collect(() => drawSelection(sky, list));
  list.collect(() => drawChips(sky, list));
  drawMinimap(sky, list);
  if (sky.lasso !== null) drawLasso(sky, list, sky.lasso);
}

/** Far out a hundred thousand points are a texture; so are fewer, while they move on a machine that is too slow for them. */
function meltsTogether(sky: Sky): boolean {
  // A star that glides is in no disc's texture.
  if (sky.camera.k >= MELT_BELOW || sky.unfold < 1) return false;
  const { present } = sky.store;
  return present >= MELT_FROM || (present >= MELT_SLOW_FROM && sky.moving && sky.thrift >= 4);
}

/** In a small fleet the first circle runs between the core and the first stars. */
const SMALL_STEP = 1.83;

/** The grid's circles stand about 140 px apart in the fitted view; steps of √2 keep them calm as fleets grow. */
export function gridStep(fittedK: number): number {
  const ideal = 140 / Math.max(1e-6, fittedK);
  return Math.SQRT2 ** Math.round(2 * Math.log2(ideal));
}

function drawLasso(sky: Sky, list: DrawList, loop: readonly number[]): void {
  if (loop.length < 4) return;
  const alpha = sky.palette.theme === "light" ? 0.08 : 0.07;
  list.add({ op: "fill", loop, colour: sky.palette.activity, alpha });
  list.collect(() => drawLassoLine(sky, list, loop), 9);
}
