/** Trunk curves, ribbons and wheel events. */
import { describe, expect, test } from "vitest";
import { RIBBON_FLOATS, RibbonBuffer } from "./ribbon.ts";
import { curveLength, pointOn, spokeTo, trunkTo, trunkWidth } from "./trunk.ts";
import { freshWheel, readWheel, type WheelLike } from "./wheel.ts";

describe("trunks", () => {
  test("start at the core, end at the disc, bend to one side, and spokes bend with them", () => {
    const c = trunkTo(40, 0);
    expect(pointOn(c, 0)).toEqual({ x: 0, y: 0 });
    expect(pointOn(c, 1)).toEqual({ x: 40, y: 0 });
    expect(pointOn(c, 0.5).y).toBeGreaterThan(1);
    expect(curveLength(c)).toBeGreaterThan(40);
    expect(curveLength(c)).toBeLessThan(42);
    expect(spokeTo(42, 3, { x: 40, y: 0 })).toMatchObject({ cx: c.cx, cy: c.cy, ex: 42, ey: 3 });
    expect(pointOn(spokeTo(4, 2, null), 0.5)).toEqual({ x: 2, y: 1 });
    expect(trunkWidth(1)).toBeCloseTo(0.7);
    expect(trunkWidth(1000)).toBeCloseTo(0.7 + 0.42 * 3);
  });
});

describe("ribbons", () => {
  const vertex = (r: RibbonBuffer, n: number): number[] => [
    ...r.floats.slice(n * RIBBON_FLOATS, n * RIBBON_FLOATS + 6),
  ];
  test("two vertices a point, pushed to both sides, joined by degenerate ones", () => {
    const r = new RibbonBuffer();
    r.add([0, 0, 10, 0], 2, 2, 0xffffffff);
    expect(r.vertices).toBe(4);
    expect(vertex(r, 0)).toEqual([0, 0, -0, 1, 1, 0]);
    expect(vertex(r, 3)).toEqual([10, 0, -0, 1, -1, 10]);
    r.add([0, 5, 10, 5], 2, 2, 0);
    expect(r.vertices).toBe(4 + 2 + 4);
    expect(vertex(r, 4)).toEqual(vertex(r, 3));
    expect(vertex(r, 5)).toEqual(vertex(r, 6));
  });
  test("a corner's normal is longer, so the width stays; storage grows without loss", () => {
    const r = new RibbonBuffer();
    r.add([0, 0, 10, 0, 10, 10], 3, 2, 7);
    const [, , nx = 0, ny = 0] = vertex(r, 2);
    expect(Math.hypot(nx, ny)).toBeCloseTo(Math.SQRT2, 5);
    const first = vertex(r, 0);
    for (let n = 0; n < 500; n++) r.add([0, 0, n, n, 5, 5], 3, 1, 1, true);
    expect(vertex(r, 0)).toEqual(first);
    expect(r.bits[6]).toBe(7);
  });
});

describe("wheel", () => {
  const event = (e: Partial<WheelLike>): WheelLike => ({
    deltaX: 0,
    deltaY: 0,
    deltaMode: 0,
    ctrlKey: false,
    metaKey: false,
    timeStamp: 0,
    ...e,
  });
  test("a mouse's notch zooms, both ways alike", () => {
    const a = readWheel(event({ deltaY: -120, wheelDeltaY: 120 }), freshWheel());
    const b = readWheel(event({ deltaY: 120, wheelDeltaY: -120 }), freshWheel());
    expect(a.kind === "zoom" && b.kind === "zoom" && a.factor * b.factor).toBeCloseTo(1, 9);
    expect(a.kind === "zoom" && a.factor).toBeGreaterThan(1.1);
    const lines = readWheel(event({ deltaY: 3, deltaMode: 1 }), freshWheel());
    expect(lines.kind).toBe("zoom");
  });
  test("two fingers pan, even when one step is straight down; a pinch zooms finely", () => {
    const memory = freshWheel();
    expect(readWheel(event({ deltaX: 3, deltaY: 9, timeStamp: 10 }), memory)).toEqual({ kind: "pan", dx: -3, dy: -9 });
    expect(readWheel(event({ deltaY: 60, wheelDeltaY: -180, timeStamp: 26 }), memory).kind).toBe("pan");
    const pinch = readWheel(event({ deltaY: -4, ctrlKey: true, timeStamp: 40 }), memory);
    expect(pinch).toMatchObject({ kind: "zoom", fine: true });
  });
  test("after a pause another device may speak", () => {
    const memory = freshWheel();
    readWheel(event({ deltaX: 3, deltaY: 9, timeStamp: 10 }), memory);
    expect(readWheel(event({ deltaY: 120, wheelDeltaY: -120, timeStamp: 900 }), memory).kind).toBe("zoom");
  });
});
