/** Label placement: nothing overlaps, nothing leaves the view, ranks and the bonus for staying are honoured. */
import { describe, expect, test } from "vitest";
import { random } from "../../tests/scene/fixture.ts";
import { candidate, LabelMemory, type LabelWish, overlaps, type Placed, placeLabels, SLOTS } from "./labels.ts";

const view = { width: 800, height: 600 };
const wish = (id: number, x: number, y: number, score = 1): LabelWish => ({ id, x, y, reach: 4, w: 70, h: 12, score });
const place = (wishes: LabelWish[], more: Partial<Parameters<typeof placeLabels>[1]> = {}): Placed[] =>
  placeLabels(wishes, { view, taken: [], covers: () => false, limit: 60, memory: new LabelMemory(), now: 0, ...more });

describe("label placement", () => {
  test("labels never overlap each other, what is taken, or the edge; and never exceed the limit", () => {
    const roll = random(42);
    for (let round = 0; round < 60; round++) {
      const taken = [{ x: roll() * 600, y: roll() * 500, w: 120, h: 40 }];
      const fixed = [...taken];
      const wishes = Array.from({ length: 200 }, (_, i) => ({
        ...wish(i, roll() * 800, roll() * 600, roll()),
        w: 30 + roll() * 120,
      }));
      const placed = place(wishes, { taken });
      expect(placed.length).toBeGreaterThan(20);
      expect(placed.length).toBeLessThanOrEqual(60);
      for (const [n, p] of placed.entries()) {
        expect(fixed.some((f) => overlaps(p.rect, f))).toBe(false);
        expect(p.rect.x >= 0 && p.rect.y >= 0 && p.rect.x + p.rect.w <= 800 && p.rect.y + p.rect.h <= 600).toBe(true);
        for (const q of placed.slice(n + 1)) expect(overlaps(p.rect, q.rect)).toBe(false);
      }
    }
  });

  test("no candidate covers its own star's body", () => {
    for (let slot = 0; slot < SLOTS; slot++) {
      const r = candidate(wish(0, 100, 100), slot);
      const dx = Math.max(r.x - 100, 0, 100 - r.x - r.w);
      const dy = Math.max(r.y - 100, 0, 100 - r.y - r.h);
      expect(Math.hypot(dx, dy)).toBeGreaterThan(3);
    }
  });

  test("the better rank wins the only place, and a label may not hide a star", () => {
    const crowd = [wish(1, 400, 300, 1), wish(2, 400, 301, 5)];
    const only = place(crowd, { limit: 1 });
    expect(only.map((p) => p.id)).toEqual([2]);
    expect(place([wish(1, 400, 300)], { covers: () => true })).toEqual([]);
    const left = place([wish(1, 400, 300)], { covers: (r) => r.x > 400 });
    expect(left[0]?.slot).toBe(1);
  });

  test("a shown label keeps its slot and beats a slightly better newcomer for two seconds", () => {
    const memory = new LabelMemory();
    place([wish(1, 400, 300, 10)], { memory, now: 0, covers: (r) => r.x > 400 });
    expect(memory.slotOf(1)).toBe(1);
    expect(place([wish(1, 400, 300, 10)], { memory, now: 100 })[0]?.slot).toBe(1);
    const both = [wish(1, 400, 300, 10), wish(2, 600, 300, 11)];
    expect(place(both, { memory, now: 500, limit: 1 })[0]?.id).toBe(1);
    expect(place(both, { memory, now: 2500, limit: 1 })[0]?.id).toBe(2);
  });
});
