/** Painting points: nothing is lost, nothing leaks into a neighbour's square, squares do not overlap. */
import { expect, test } from "vitest";
import { random } from "../../tests/scene/fixture.ts";
import { packShelves, splat } from "./splat.ts";

const roll = random(8);

test("squares lie apart from each other, inside of the sheet, in the order that was asked for", () => {
  const sides = Array.from({ length: 300 }, () => 1 + Math.floor(roll() * 90));
  const { spots, width, height } = packShelves(sides, 512);
  expect(spots.map(({ side }) => side)).toEqual(sides);
  for (const [n, a] of spots.entries()) {
    expect(a.x + a.side <= width && a.y + a.side <= height).toBe(true);
    for (const b of spots.slice(n + 1))
      expect(a.x < b.x + b.side && b.x < a.x + a.side && a.y < b.y + b.side && b.y < a.y + a.side).toBe(false);
  }
});

test("one square may be wider than the sheet, and there may be none", () => {
  expect(packShelves([900], 512)).toMatchObject({ width: 900, height: 900 });
  expect(packShelves([], 512)).toEqual({ spots: [], width: 1, height: 1 });
});

test("a point's weight is spread over four texels and stays in its square", () => {
  const bytes = new Uint8Array(64);
  const spot = { x: 2, y: 2, side: 4 };
  splat(bytes, 8, spot, 2, 2, 40);
  expect(bytes.reduce((a, b) => a + b, 0)).toBe(40);
  splat(bytes, 8, spot, 0.5, 0.5, 40);
  expect(bytes[2 * 8 + 2]).toBe(40);
  for (let n = 0; n < 20; n++) splat(bytes, 8, spot, 3.9, 0.1, 40);
  for (const [at, byte] of bytes.entries()) {
    const inside = at % 8 >= 2 && at % 8 < 6 && at >= 16 && at < 48;
    if (!inside) expect(byte).toBe(0);
  }
  expect(Math.max(...bytes)).toBe(255);
});
