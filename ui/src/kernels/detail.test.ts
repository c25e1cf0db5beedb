/** Level of detail: the thresholds, monotone sizes, and that the shader's arithmetic is the same. */
import { describe, expect, test } from "vitest";
import {
  arcRadii,
  bodyRadius,
  criticalRadius,
  degradedRadius,
  haloStrength,
  labelBudget,
  levelOf,
  offlineRadius,
  reachOf,
  ringStrength,
  STAR_SIZES_GLSL,
} from "./detail.ts";

describe("level of detail", () => {
  test("levels by spacing on the screen", () => {
    expect([1, 2.9, 3, 9, 10, 27, 28, 74].map(levelOf)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  test("labels: none far out, exceptions only in between, sixty close by", () => {
    expect(labelBudget(2)).toEqual({ labels: 0, exceptionsOnly: true });
    expect(labelBudget(6)).toEqual({ labels: 24, exceptionsOnly: true });
    expect(labelBudget(14)).toEqual({ labels: 60, exceptionsOnly: false });
  });

  test("sizes never shrink while zooming in, and grow with load", () => {
    for (let k = 0.5; k < 100; k *= 1.03)
      for (const load of [0, 0.3, 0.6, 1]) {
        expect(bodyRadius(load, k * 1.03)).toBeGreaterThanOrEqual(bodyRadius(load, k) - 1e-9);
        expect(bodyRadius(Math.min(1, load + 0.1), k)).toBeGreaterThanOrEqual(bodyRadius(load, k));
      }
  });

  test("exceptions are never lost: at least 1.9 px, degraded never under 2.1 px", () => {
    for (let k = 0.1; k < 100; k *= 1.1) {
      expect(degradedRadius(0, k)).toBeGreaterThanOrEqual(2.1);
      expect(criticalRadius(0, k)).toBeGreaterThanOrEqual(2.1);
      expect(offlineRadius(k)).toBeGreaterThanOrEqual(1.9);
    }
  });

  test("rings and halos only where there is room; arcs nest", () => {
    expect(ringStrength(3)).toBe(0);
    expect(ringStrength(12)).toBe(1);
    expect(haloStrength(5)).toBe(0);
    expect(haloStrength(12)).toBe(1);
    for (const k of [18, 28, 45, 74])
      for (const load of [0, 0.5, 1]) {
        const a = arcRadii(load, k);
        expect(a.inner - a.width / 2).toBeGreaterThan(bodyRadius(load, k));
        expect(a.outer - a.width / 2).toBeGreaterThan(a.inner + a.width / 2);
        expect(reachOf(load, k, false, true)).toBeGreaterThanOrEqual(degradedRadius(load, k));
      }
  });

  test("the GLSL text computes the same sizes", () => {
    const js = STAR_SIZES_GLSL.replace(/float (\w+) = /g, "const $1 = ")
      .replace(
        /float (\w+)\(([^)]*)\)/g,
        (_, name: string, args: string) => `const ${name} = (${args.replace(/float /g, "")}) =>`,
      )
      .replace(/\b(max|sqrt)\(/g, "Math.$1(");
    const clamp = "const clamp = (v, a, b) => Math.min(b, Math.max(a, v)); const mix = (a, b, t) => a + (b - a) * t;";
    const smooth =
      "const smoothstep = (a, b, v) => { const t = clamp((v - a) / (b - a), 0, 1); return t * t * (3 - 2 * t); };";
    const names = "return { bodyRadius, degradedRadius, offlineRadius, criticalRadius, ringStrength };";
    const shader = new Function(`${clamp}${smooth}${js}${names}`)() as Record<
      string,
      (a: number, b?: number) => number
    >;
    for (let k = 0.5; k < 100; k *= 1.2)
      for (const load of [0, 0.25, 0.9]) {
        expect(shader.bodyRadius?.(load, k)).toBeCloseTo(bodyRadius(load, k), 9);
        expect(shader.degradedRadius?.(load, k)).toBeCloseTo(degradedRadius(load, k), 9);
        expect(shader.criticalRadius?.(load, k)).toBeCloseTo(criticalRadius(load, k), 9);
        expect(shader.offlineRadius?.(k)).toBeCloseTo(offlineRadius(k), 9);
        expect(shader.ringStrength?.(k)).toBeCloseTo(ringStrength(k), 9);
      }
  });
});
