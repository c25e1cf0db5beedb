/** The grid against brute force: nearest star, box queries, arrow keys, lasso. */
import { describe, expect, test } from "vitest";
import { fleetOf, random } from "../../tests/scene/fixture.ts";
import { extendLoop, insideLoop, loopBox } from "./lasso.ts";
import { neighbourOf } from "./neighbour.ts";
import { buildGrid, nearest, visitBox } from "./spatial.ts";

const { stars } = fleetOf(2000);
const there = (i: number): boolean => i % 17 !== 0;
const grid = buildGrid(stars.x, stars.y, stars.count, there);
const roll = random(5);
const anywhere = (): { x: number; y: number } => ({ x: roll() * 240 - 120, y: roll() * 200 - 100 });

function bruteNearest(x: number, y: number, reach: number): number | null {
  let best: number | null = null;
  let limit = reach;
  for (let i = 0; i < stars.count; i++) {
    const d = Math.hypot((stars.x[i] ?? 0) - x, (stars.y[i] ?? 0) - y);
    if (there(i) && d <= limit) [best, limit] = [i, d];
  }
  return best;
}

describe("spatial grid", () => {
  test("names the nearest star, as brute force does", () => {
    let hits = 0;
    for (let n = 0; n < 2000; n++) {
      const p = anywhere();
      const found = nearest(grid, p.x, p.y, 3);
      const want = bruteNearest(p.x, p.y, 3);
      if (want !== null) hits++;
      expect(found === null).toBe(want === null);
      if (found === null || want === null) continue;
      const d = (i: number): number => Math.hypot((stars.x[i] ?? 0) - p.x, (stars.y[i] ?? 0) - p.y);
      expect(d(found)).toBeCloseTo(d(want), 4);
    }
    expect(hits).toBeGreaterThan(200);
  });

  test("visits exactly the stars in a box and can stop", () => {
    for (let n = 0; n < 100; n++) {
      const [a, b] = [anywhere(), anywhere()];
      const box = { x0: Math.min(a.x, b.x), x1: Math.max(a.x, b.x), y0: Math.min(a.y, b.y), y1: Math.max(a.y, b.y) };
      const seen: number[] = [];
      visitBox(grid, box, (i) => void seen.push(i));
      const want = Array.from({ length: stars.count }, (_, i) => i).filter((i) => {
        const [x, y] = [stars.x[i] ?? 0, stars.y[i] ?? 0];
        return there(i) && x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
      });
      expect(seen.sort((p, q) => p - q)).toEqual(want);
    }
    let calls = 0;
    expect(visitBox(grid, { x0: -1e3, x1: 1e3, y0: -1e3, y1: 1e3 }, () => ++calls === 3)).toBe(true);
    expect(calls).toBe(3);
  });

  test("an empty sky answers too, and far-flung stars do not blow the grid up", () => {
    const none = buildGrid(new Float32Array(0), new Float32Array(0), 0, () => true);
    expect(nearest(none, 0, 0, 100)).toBeNull();
    const far = buildGrid(new Float32Array([0, 5e6]), new Float32Array([0, 5e6]), 2, () => true);
    expect(far.columns * far.rows).toBeLessThanOrEqual(1 << 20);
    expect(nearest(far, 5e6, 5e6, 10)).toBe(1);
  });
});

describe("neighbour", () => {
  test("goes the way of the arrow, never to the star itself, and back again in a lattice", () => {
    const xs = new Float32Array(25).map((_, i) => i % 5);
    const ys = new Float32Array(25).map((_, i) => Math.floor(i / 5));
    const lattice = buildGrid(xs, ys, 25, () => true);
    expect(neighbourOf(lattice, 2, 2, 1, 0, 12)).toBe(13);
    expect(neighbourOf(lattice, 2, 2, -1, 0, 12)).toBe(11);
    expect(neighbourOf(lattice, 2, 2, 0, -1, 12)).toBe(7);
    expect(neighbourOf(lattice, 2, 2, 0, 1, 12)).toBe(17);
    expect(neighbourOf(lattice, 4, 2, 1, 0, 14)).toBeNull();
    for (let n = 0; n < 200; n++) {
      const i = Math.floor(roll() * stars.count);
      const next = neighbourOf(grid, stars.x[i] ?? 0, stars.y[i] ?? 0, 1, 0, i);
      if (next !== null) expect(stars.x[next] ?? 0).toBeGreaterThan(stars.x[i] ?? 0);
    }
  });
});

describe("lasso", () => {
  test("even-odd: a loop that crosses itself leaves its middle out", () => {
    const star: number[] = [];
    for (let n = 0; n < 5; n++) star.push(Math.cos(n * 2.5133 - 1.5708) * 10, Math.sin(n * 2.5133 - 1.5708) * 10);
    expect(insideLoop(star, 0, 0)).toBe(false);
    expect(insideLoop(star, 0, -8)).toBe(true);
    expect(insideLoop(star, 20, 0)).toBe(false);
    expect(loopBox([1, 2, -3, 8])).toEqual({ x0: -3, y0: 2, x1: 1, y1: 8 });
  });
  test("keeps points apart", () => {
    const loop: number[] = [];
    expect([extendLoop(loop, 0, 0, 4), extendLoop(loop, 3, 0, 4), extendLoop(loop, 4, 0, 4)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(loop).toEqual([0, 0, 4, 0]);
  });
});
