/** Camera arithmetic: round trips, zoom at the pointer, fits. */
import { describe, expect, test } from "vitest";
import { random } from "../../tests/scene/fixture.ts";
import { type Camera, fitBox, pinned, project, unproject, visibleBox, zoomAt } from "./camera.ts";

const roll = random(3);
const anyCamera = (): Camera => ({ k: 0.2 + roll() * 150, x: roll() * 2000 - 1000, y: roll() * 2000 - 1000 });

describe("camera", () => {
  test("screen to world and back is the identity", () => {
    for (let n = 0; n < 500; n++) {
      const c = anyCamera();
      const p = { x: roll() * 3000 - 1500, y: roll() * 3000 - 1500 };
      const w = unproject(c, p.x, p.y);
      const back = project(c, w.x, w.y);
      expect(back.x).toBeCloseTo(p.x, 6);
      expect(back.y).toBeCloseTo(p.y, 6);
    }
  });

  test("zooming keeps the world under the pointer, also when the limit is reached", () => {
    const limits = { min: 0.5, max: 100 };
    for (let n = 0; n < 500; n++) {
      const c = anyCamera();
      const at = unproject(c, 300, 200);
      const z = zoomAt(c, 300, 200, roll() * 4 + 0.01, limits);
      const now = project(z, at.x, at.y);
      expect(now.x).toBeCloseTo(300, 5);
      expect(now.y).toBeCloseTo(200, 5);
      expect(z.k).toBeGreaterThanOrEqual(limits.min);
      expect(z.k).toBeLessThanOrEqual(limits.max);
    }
  });

  test("a fit shows the whole box inside the insets, touches one pair of sides, and respects the closest zoom", () => {
    const insets = { top: 56, right: 30, bottom: 26, left: 30 };
    const view = { width: 934, height: 784 };
    for (let n = 0; n < 200; n++) {
      const box = { x0: -roll() * 500 - 1, x1: roll() * 500 + 1, y0: -roll() * 500 - 1, y1: roll() * 500 + 1 };
      const c = fitBox(box, view, insets, Infinity);
      const a = project(c, box.x0, box.y0);
      const b = project(c, box.x1, box.y1);
      expect(a.x).toBeGreaterThanOrEqual(insets.left - 1e-6);
      expect(a.y).toBeGreaterThanOrEqual(insets.top - 1e-6);
      expect(b.x).toBeLessThanOrEqual(view.width - insets.right + 1e-6);
      expect(b.y).toBeLessThanOrEqual(view.height - insets.bottom + 1e-6);
      const slack = Math.min(Math.abs(b.x - a.x - 874), Math.abs(b.y - a.y - 702));
      expect(slack).toBeLessThan(1e-6);
      expect(fitBox(box, view, insets, 0.001).k).toBe(0.001);
    }
  });

  test("the visible box is what the corners unproject to", () => {
    const c = pinned(10, 5, 5, 100, 100);
    expect(visibleBox(c, { width: 200, height: 200 })).toEqual({ x0: -5, y0: -5, x1: 15, y1: 15 });
  });
});
