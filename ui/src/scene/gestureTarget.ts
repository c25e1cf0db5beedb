/**
 * What gestures do to the scene: hover, pick, zoom, lasso, in terms of stars and groups.
 * Not here: DOM events (gestures.ts), drawing.
 */
import { unproject } from "../kernels/camera.ts";
import type { ScenePointer } from "./api.ts";
import type { GestureTarget } from "./gestures.ts";
import { pickGroup, pickStar, starsInLoop } from "./picking.ts";
import type { Sky } from "./plan/sky.ts";
import type { Rig } from "./rig.ts";

export type GestureHost = {
  sky: Sky;
  rig: Rig;
  tell(event: ScenePointer): void;
  cursor(overStar: boolean): void;
  /** The camera was moved by hand. */
  moved(): void;
  redraw(): void;
  holding(on: boolean): void;
  flyTo(ordinal: number): void;
  flyToGroup(group: number): void;
};

export function gestureTarget(host: GestureHost): GestureTarget {
  const { sky, rig } = host;
  const setHover = (ordinal: number | null, overName: boolean): void => {
    host.cursor(ordinal !== null || overName);
    if (ordinal === sky.hover) return;
    sky.hover = ordinal;
    host.tell({ kind: "hover", ordinal });
    host.redraw();
  };
  return {
    hover(x, y) {
      const star = pickStar(sky, x, y);
      setHover(star, star === null && pickGroup(sky, x, y) !== null);
    },
    leave: () => setHover(null, false),
    click(x, y, additive) {
      const star = pickStar(sky, x, y);
      const group = star === null ? pickGroup(sky, x, y) : null;
      if (group !== null) host.tell({ kind: "pickGroup", group });
      else host.tell({ kind: "pick", ordinal: star, additive });
    },
    doubleClick(x, y) {
      const star = pickStar(sky, x, y);
      if (star !== null) return host.flyTo(star);
      const at = unproject(sky.camera, x, y);
      const disc = sky.chart.discUnder(at);
      // A disc that already fills the view is zoomed into, not flown to.
      if (disc !== null && disc.r * 2 * sky.camera.k < sky.view.height * 0.7) return host.flyToGroup(disc.group.index);
      rig.glideAt(x, y, 2, sky.now);
      host.moved();
    },
    pan(dx, dy) {
      rig.panBy(dx, dy);
      host.moved();
    },
    zoom(x, y, factor, fine) {
      if (fine) rig.zoomAt(x, y, factor);
      else rig.glideAt(x, y, factor, performance.now());
      host.moved();
    },
    press() {
      rig.stop();
      host.holding(true);
    },
    release: () => host.holding(false),
    lasso(loop) {
      sky.lasso = loop;
      host.redraw();
    },
    lassoDone(loop, additive) {
      host.tell({ kind: "lasso", ordinals: starsInLoop(sky, loop), additive });
    },
  };
}
