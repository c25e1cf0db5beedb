/**
 * Puts a real scene into the test page and reads it back: pixels, frames, events.
 * Not here: expectations.
 */

import type { Scene, SceneOptions, ScenePointer } from "../../src/scene/api.ts";
import { createScene } from "../../src/scene/index.ts";
import { type Fleet, fleetOf } from "./fixture.ts";

export type Mounted = {
  scene: Scene;
  fleet: Fleet;
  canvas: HTMLCanvasElement;
  events: ScenePointer[];
  /** Red, green, blue at a CSS position. */
  pixel(x: number, y: number): [number, number, number];
  /** Waits until nothing is drawn for a while; returns the frame count. */
  rest(): Promise<number>;
  unmount(): void;
};

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function mount(fleet: Fleet | number, options: Partial<SceneOptions> = {}): Promise<Mounted> {
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position:fixed;left:0;top:0;width:934px;height:784px;display:block";
  document.body.append(canvas);
  const events: ScenePointer[] = [];
  const known = typeof fleet === "number" ? fleetOf(fleet) : fleet;
  const scene = createScene({
    canvas,
    theme: "dark",
    reducedMotion: false,
    onPointer: (e) => events.push(e),
    ...options,
  });
  scene.setStars(known.stars);
  scene.setGroups(known.groups);
  const mounted: Mounted = {
    scene,
    fleet: known,
    canvas,
    events,
    pixel: (x, y) => readPixel(canvas, x, y),
    rest: () => restOf(scene),
    unmount() {
      scene.destroy();
      canvas.remove();
    },
  };
  await mounted.rest();
  return mounted;
}

function readPixel(canvas: HTMLCanvasElement, x: number, y: number): [number, number, number] {
  const gl = canvas.getContext("webgl2");
  if (gl === null) throw new Error("no WebGL2");
  const ratio = canvas.width / canvas.clientWidth;
  const bytes = new Uint8Array(4);
  gl.readPixels(
    Math.floor(x * ratio),
    canvas.height - 1 - Math.floor(y * ratio),
    1,
    1,
    gl.RGBA,
    gl.UNSIGNED_BYTE,
    bytes,
  );
  return [bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0];
}

async function restOf(scene: Scene): Promise<number> {
  for (let last = -1, same = 0; same < 5; ) {
    await sleep(60);
    // A machine under load grants frames late; waiting for one keeps "nothing happens" from meaning "not yet".
    await new Promise((done) => requestAnimationFrame(done));
    const { frames } = scene.stats();
    same = frames === last && frames > 0 ? same + 1 : 0;
    last = frames;
  }
  return scene.stats().frames;
}

/** How far two colours are apart, 0..441. */
export const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0), (a[2] ?? 0) - (b[2] ?? 0));

export const rgb = (hex: string): [number, number, number] => {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
};

export function pointer(
  canvas: HTMLCanvasElement,
  type: string,
  x: number,
  y: number,
  more: PointerEventInit = {},
): void {
  const init = { clientX: x, clientY: y, pointerId: 1, pointerType: "mouse", bubbles: true, cancelable: true, ...more };
  canvas.dispatchEvent(new PointerEvent(type, init));
}

export function click(canvas: HTMLCanvasElement, x: number, y: number, more: PointerEventInit = {}): void {
  pointer(canvas, "pointermove", x, y, more);
  pointer(canvas, "pointerdown", x, y, { ...more, button: 0, buttons: 1 });
  pointer(canvas, "pointerup", x, y, { ...more, button: 0 });
}

export function drag(canvas: HTMLCanvasElement, points: readonly (readonly [number, number])[]): void {
  const [first, ...others] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  pointer(canvas, "pointerdown", first[0], first[1], { button: 0, buttons: 1 });
  for (const [x, y] of others) pointer(canvas, "pointermove", x, y, { buttons: 1 });
  pointer(canvas, "pointerup", last[0], last[1], { button: 0 });
}
