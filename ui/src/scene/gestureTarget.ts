/**
 * What gestures do to the scene: hover, pick, zoom, lasso, in terms of stars and groups.
 * Not here: DOM events (gestures.ts), drawing.
 */
import { unproject } from "../kernels/camera.ts";
import { frameIn, isOnMini, worldAt } from "../kernels/minimap.ts";
import type { ScenePointer } from "./api.ts";
import type { GestureTarget } from "./gestures.ts";
import { pickGroup, pickStar, starsInLoop } from "./picking.ts";
import { miniOf } from "./plan/minimap.ts";
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
  const onMini = (x: number, y: number): boolean => isOnMini(miniOf(sky), x, y);
  /** From where the minimap was taken to the middle of its frame, so that the frame does not jump under the pointer. */
  let hold = { x: 0, y: 0 };
  return {
    hover(x, y) {
      if (onMini(x, y)) return setHover(null, true);
      const star = pickStar(sky, x, y);
      setHover(star, star === null && pickGroup(sky, x, y) !== null);
    },
    leave: () => setHover(null, false),
    click(x, y, additive) {
      if (onMini(x, y)) return;
      const star = pickStar(sky, x, y);
      const group = star === null ? pickGroup(sky, x, y) : null;
      if (group !== null) host.tell({ kind: "pickGroup", group });
      else host.tell({ kind: "pick", ordinal: star, additive });
    },
    doubleClick(x, y) {
      if (onMini(x, y)) return;
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
      const [px, py] = onMini(x, y) ? [sky.view.width / 2, sky.view.height / 2] : [x, y];
      if (fine) rig.zoomAt(px, py, factor);
      else rig.glideAt(px, py, factor, performance.now());
      host.moved();
    },
    grab(x, y) {
      const mini = miniOf(sky);
      if (mini === null || !isOnMini(mini, x, y)) return false;
      const at = worldAt(mini, x, y);
      const middle = unproject(sky.camera, sky.view.width / 2, sky.view.height / 2);
      const frame = frameIn(mini, sky.camera, sky.view);
      const onFrame =
        frame !== null && x >= frame.x && y >= frame.y && x <= frame.x + frame.w && y <= frame.y + frame.h;
      hold = onFrame ? { x: middle.x - at.x, y: middle.y - at.y } : { x: 0, y: 0 };
      this.haul(x, y);
      return true;
    },
    haul(x, y) {
      const mini = miniOf(sky);
      if (mini === null) return;
      const at = worldAt(mini, x, y);
      rig.centre(at.x + hold.x, at.y + hold.y);
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
