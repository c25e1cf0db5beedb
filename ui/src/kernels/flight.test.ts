/** Fly-to paths: exact ends, continuity, zooming out on long ways. */
import { describe, expect, test } from "vitest";
import { random } from "../../tests/scene/fixture.ts";
import { type Camera, pinned } from "./camera.ts";
import { easeInOut, flight } from "./flight.ts";

const view = { width: 934, height: 784 };
const roll = random(11);
const anyCamera = (): Camera => pinned(0.5 + roll() * 80, roll() * 400 - 200, roll() * 400 - 200, 467, 392);

describe("flight", () => {
  test("begins and ends exactly at its ends", () => {
    for (let n = 0; n < 300; n++) {
      const [a, b] = [anyCamera(), anyCamera()];
      const path = flight(a, b, view);
      expect(path(1)).toBe(b);
      const start = path(0);
      expect(start.k).toBeCloseTo(a.k, 6);
      expect(start.x).toBeCloseTo(a.x, 3);
    }
  });

  test("has no jump just before its end", () => {
    for (let n = 0; n < 300; n++) {
      const [a, b] = [anyCamera(), anyCamera()];
      const last = flight(a, b, view)(1 - 1e-7);
      expect(Math.abs(last.k / b.k - 1)).toBeLessThan(1e-4);
      expect(Math.abs(last.x - b.x)).toBeLessThan(0.5);
      expect(Math.abs(last.y - b.y)).toBeLessThan(0.5);
    }
  });

  test("zooms out on a long way, never on the spot", () => {
    const path = flight(pinned(40, -200, 0, 467, 392), pinned(40, 200, 0, 467, 392), view);
    expect(path(0.5).k).toBeLessThan(10);
    const still = flight(pinned(10, 3, 3, 467, 392), pinned(40, 3, 3, 467, 392), view);
    expect(still(0.5).k).toBeCloseTo(20, 6);
  });

  test("easing reaches both ends", () => {
    expect([easeInOut(-1), easeInOut(0), easeInOut(0.5), easeInOut(1), easeInOut(7)]).toEqual([0, 0, 0.5, 1, 1]);
  });
});
