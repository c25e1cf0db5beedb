/** What is really on the screen: pixels read back from the canvas. */
import { afterEach, describe, expect, test } from "vitest";
import { Status } from "../../src/scene/api.ts";
import { fleetOf } from "./fixture.ts";
import { apart, type Mounted, mount, rgb } from "./mount.ts";

const AMBER = rgb("#f5b344");
const VERMILION = rgb("#f9605f");
const GREY = rgb("#7d8898");
const MAP = rgb("#090b0f");
const INK = rgb("#f4f7fb");
const ACTIVITY = rgb("#5cc4f5");

let m: Mounted;
afterEach(() => m.unmount());

/** The colour nearest to `want` on a circle round a star. */
function onRing(x: number, y: number, r: number, want: readonly number[]): number {
  let best = 999;
  for (let a = 0; a < 48; a++) {
    const t = (a / 48) * 2 * Math.PI;
    best = Math.min(best, apart(m.pixel(x + Math.cos(t) * r, y + Math.sin(t) * r), want));
  }
  return best;
}
const find = (status: Status): number => m.fleet.stars.status.indexOf(status);

describe("stars", () => {
  test("a degraded star is amber where project() says it is, with an amber ring round it", async () => {
    m = await mount(184);
    const i = find(Status.Degraded);
    const p = m.scene.project(i);
    expect(apart(m.pixel(p.x, p.y), AMBER)).toBeLessThan(12);
    const ring = Math.min(
      ...[5, 5.5, 6, 6.5, 7, 7.5, 8].map((r) =>
        onRing(
          p.x,
          p.y,
          r,
          AMBER.map((c) => c * 0.55),
        ),
      ),
    );
    expect(ring).toBeLessThan(60);
  });

  test("an offline star is hollow: grey round, map colour inside", async () => {
    m = await mount(184);
    const p = m.scene.project(find(Status.Offline));
    expect(apart(m.pixel(p.x, p.y), MAP)).toBeLessThan(40);
    expect(Math.min(...[1.5, 2, 2.5, 3].map((r) => onRing(p.x, p.y, r, GREY)))).toBeLessThan(70);
  });

  test("a critical star is a vermilion diamond: filled to its corners, empty at a square's corners", async () => {
    const fleet = fleetOf(3);
    fleet.stars.status[0] = Status.Critical;
    m = await mount(fleet);
    const p = m.scene.project(0);
    expect(apart(m.pixel(p.x, p.y), VERMILION)).toBeLessThan(12);
    const half = 8;
    expect(apart(m.pixel(p.x + half, p.y), VERMILION)).toBeLessThan(30);
    expect(apart(m.pixel(p.x + half, p.y + half), VERMILION)).toBeGreaterThan(80);
  });

  test("an idle star is muted, a busy one is full ink", async () => {
    m = await mount(3);
    const busy = m.scene.project(0);
    const idle = m.scene.project(1);
    expect(apart(m.pixel(busy.x, busy.y), INK)).toBeLessThan(12);
    expect(m.pixel(idle.x, idle.y)[0]).toBeLessThan(190);
    expect(m.pixel(idle.x, idle.y)[0]).toBeGreaterThan(100);
  });

  test("stars of 10,000 are there, one by one, at the farthest level", async () => {
    m = await mount(10_000);
    expect(m.scene.stats().levelOfDetail).toBeLessThanOrEqual(1);
    let seen = 0;
    for (let i = 0; i < 10_000; i += 100) {
      const p = m.scene.project(i);
      if (apart(m.pixel(p.x, p.y), rgb("#0c0f14")) > 60) seen++;
    }
    expect(seen).toBeGreaterThan(90);
  });
});

describe("state on top of stars", () => {
  test("focus draws a ring in ink, selection a ring in activity blue; both go away", async () => {
    m = await mount(184);
    const p = m.scene.project(0);
    const ink = (): number => Math.min(...[9, 9.5, 10, 10.5, 11, 11.5].map((r) => onRing(p.x, p.y, r, INK)));
    const blue = (): number => Math.min(...[4, 4.5, 5, 5.5, 6, 6.5, 7].map((r) => onRing(p.x, p.y, r, ACTIVITY)));
    expect(ink()).toBeGreaterThan(60);
    m.scene.setSelection(new Set(), 0);
    await m.rest();
    expect(ink()).toBeLessThan(40);
    m.scene.setSelection(new Set([0]), null);
    await m.rest();
    expect(ink()).toBeGreaterThan(60);
    expect(blue()).toBeLessThan(60);
  });

  test("a filter dims the others and leaves the chosen ones", async () => {
    m = await mount(3);
    const [a, b] = [m.scene.project(0), m.scene.project(2)];
    m.scene.setFilter(new Set([0]));
    await m.rest();
    expect(m.pixel(a.x, a.y)[0]).toBeGreaterThan(200);
    expect(m.pixel(b.x, b.y)[0]).toBeLessThan(110);
    m.scene.setFilter(null);
    await m.rest();
    expect(m.pixel(b.x, b.y)[0]).toBeGreaterThan(200);
  });

  test("the light theme draws ink on paper", async () => {
    m = await mount(3, { theme: "light" });
    expect(m.pixel(5, 780)).toEqual(rgb("#f5f6f8"));
    const p = m.scene.project(0);
    expect(apart(m.pixel(p.x, p.y), rgb("#14284a"))).toBeLessThan(12);
    m.scene.setTheme("dark");
    await m.rest();
    expect(m.pixel(5, 780)).toEqual(MAP);
  });

  test("a star that leaves drains to a hollow one in the same place; one that comes is drawn", async () => {
    const fleet = fleetOf(3);
    fleet.stars.status[1] = Status.Absent;
    m = await mount(fleet);
    const p = m.scene.project(1);
    expect(apart(m.pixel(p.x, p.y), MAP)).toBeLessThan(25);
    fleet.stars.status[1] = Status.Busy;
    m.scene.touch([1]);
    m.scene.connected(1);
    await m.rest();
    expect(apart(m.pixel(p.x, p.y), INK)).toBeLessThan(12);
    fleet.stars.status[1] = Status.Offline;
    m.scene.touch([1]);
    m.scene.disconnected(1);
    await m.rest();
    expect(apart(m.pixel(p.x, p.y), MAP)).toBeLessThan(40);
    expect(m.scene.project(1)).toEqual(p);
  });

  test("an empty chart shows the core and no star", async () => {
    m = await mount(0);
    const bright = m.pixel(467, 275);
    expect(m.scene.neighbour(null, 1, 0)).toBeNull();
    let core = 0;
    for (let y = 200; y < 420; y++) if (apart(m.pixel(467, y), INK) < 12) core++;
    expect(core).toBeGreaterThan(8);
    expect(bright.length).toBe(3);
  });
});
