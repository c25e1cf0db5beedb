/**
 * The map under the keyboard: arrows walk from star to star, with Shift they move the view as a drag in the minimap
 * does, Enter opens, Space selects, + - 0 move the camera.
 * Not here: keys that also work elsewhere (app/hotkeys).
 */
import type { Scene } from "../../scene/api";
import type { UiStore } from "../../state/ui";

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What Shift and an arrow move the view by, CSS pixels. */
const PAN_PX = 90;

type Key = { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean; altKey: boolean };

/** True when the key was for the map. */
export function onMapKey(event: Key, scene: Scene, ui: UiStore): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const state = ui.getState();
  const step = STEPS[event.key];
  if (step && event.shiftKey) {
    scene.panBy(step[0] * PAN_PX, step[1] * PAN_PX);
    return true;
  }
  if (step) {
    const next = scene.neighbour(state.cursor, step[0], step[1]);
    if (next !== null) state.setCursor(next);
    return true;
  }
  switch (event.key) {
    case "Enter":
      if (state.cursor === null) return false;
      state.openNode(state.cursor);
      return true;
    case " ":
      if (state.cursor === null) return false;
      state.toggleSelected(state.cursor);
      return true;
    case "+":
    case "=":
      scene.zoomBy(1.5);
      return true;
    case "-":
      scene.zoomBy(1 / 1.5);
      return true;
    case "0":
      scene.fit();
      return true;
    default:
      return false;
  }
}
