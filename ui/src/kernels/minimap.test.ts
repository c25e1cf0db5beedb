/** The minimap's arithmetic: it fits, it goes there and back, its frame is what the view shows. */
import { expect, test } from "vitest";
import { random } from "../../tests/scene/fixture.ts";
import { pinned, unproject } from "./camera.ts";
import { frameIn, isOnMini, miniMap, roundedLoop, worldAt } from "./minimap.ts";

const view = { width: 934, height: 784 };
const roll = random(5);
const anyBox = () => ({ x0: -roll() * 400 - 1, x1: roll() * 400 + 1, y0: -roll() * 300 - 1, y1: roll() * 300 + 1 });

test("the whole chart is in it, whatever its shape", () => {
  for (let n = 0; n < 200; n++) {
    const bounds = n === 0 ? { x0: 0, x1: 0, y0: 0, y1: 0 } : anyBox();
    const mini = miniMap(bounds, view, 5);
    if (mini === null) throw new Error("no minimap");
    const { k, x, y } = mini.camera;
    for (const [wx, wy] of [
      [bounds.x0, bounds.y0],
      [bounds.x1, bounds.y1],
    ] as const) {
      expect(isOnMini(mini, wx * k + x, wy * k + y)).toBe(true);
      const back = worldAt(mini, wx * k + x, wy * k + y);
      expect(back.x).toBeCloseTo(wx, 6);
      expect(back.y).toBeCloseTo(wy, 6);
    }
    expect(mini.rect.w).toBeLessThanOrEqual(188);
    expect(mini.rect.y + mini.rect.h).toBeLessThan(view.height);
  }
});

test("none when it would repeat the map, or cover it", () => {
  expect(miniMap(anyBox(), view, 3)).toBeNull();
  expect(miniMap(anyBox(), { width: 300, height: 700 }, 9)).toBeNull();
  expect(isOnMini(null, 900, 700)).toBe(false);
});

test("the frame is what the view shows, cut to the plate, and gone when the view looks elsewhere", () => {
  const bounds = { x0: -100, x1: 100, y0: -70, y1: 70 };
  const mini = miniMap(bounds, view, 6);
  if (mini === null) throw new Error("no minimap");
  const camera = pinned(20, 10, -5, view.width / 2, view.height / 2);
  const frame = frameIn(mini, camera, view);
  const corner = unproject(camera, 0, 0);
  expect(frame?.x).toBeCloseTo(corner.x * mini.camera.k + mini.camera.x, 6);
  expect(frame?.w).toBeCloseTo((view.width / 20) * mini.camera.k, 6);
  const wide = frameIn(mini, pinned(0.1, 0, 0, 467, 392), view);
  expect(wide && wide.w <= mini.rect.w).toBe(true);
  expect(frameIn(mini, pinned(20, 9000, 0, 467, 392), view)).toBeNull();
});

test("the plate's corners are round and inside of it", () => {
  const loop = roundedLoop({ x: 10, y: 20, w: 100, h: 50 }, 8);
  for (let n = 0; n < loop.length; n += 2) {
    expect(loop[n]).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(loop[n]).toBeLessThanOrEqual(110 + 1e-9);
    expect(loop[n + 1]).toBeGreaterThanOrEqual(20 - 1e-9);
    expect(loop[n + 1]).toBeLessThanOrEqual(70 + 1e-9);
  }
});
