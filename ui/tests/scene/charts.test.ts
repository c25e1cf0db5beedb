/** Stars on their way to another chart, and the minimap under the pointer: with a real canvas. */
import { afterEach, describe, expect, test } from "vitest";
import { miniMap } from "../../src/kernels/minimap.ts";
import type { SceneStars } from "../../src/scene/api.ts";
import { boundsOf, Chart } from "../../src/scene/chart.ts";
import { StarStore } from "../../src/scene/starStore.ts";
import { click, drag, type Mounted, mount, sleep } from "./mount.ts";

let m: Mounted | null = null;
afterEach(() => {
  m?.unmount();
  m = null;
});

/** The same stars, mirrored. */
function mirrored(stars: SceneStars): SceneStars {
  return { ...stars, x: stars.x.map((x) => -x), y: stars.y.slice() };
}
const spread = (a: { x: number; y: number }, b: { x: number; y: number }) => Math.hypot(a.x - b.x, a.y - b.y);

describe("another chart", () => {
  test("stars travel there and rest; they do not jump", async () => {
    m = await mount(184);
    const { scene, fleet } = m;
    const from = scene.project(20);
    const to = mirrored(fleet.stars);
    const before = scene.stats().frames;
    scene.setStars(to, true);
    scene.setGroups(fleet.groups.map((g) => ({ ...g, discs: g.discs.map((d) => ({ ...d, x: -d.x })) })));
    expect(spread(scene.project(20), from)).toBeLessThan(30);
    await m.rest();
    expect(scene.stats().frames - before).toBeGreaterThan(4);
    const middle = scene.project(20);
    // The camera was fitted anew as well: compare within the new picture.
    const other = scene.project(21);
    const k = spread(middle, other) / Math.hypot((to.x[20] ?? 0) - (to.x[21] ?? 0), (to.y[20] ?? 0) - (to.y[21] ?? 0));
    expect(k).toBeGreaterThan(1);
    const rested = scene.stats().frames;
    await sleep(400);
    expect(scene.stats().frames).toBe(rested);
  });

  test("under reduced motion they are there at once", async () => {
    m = await mount(184, { reducedMotion: true });
    const before = await m.rest();
    m.scene.setStars(mirrored(m.fleet.stars), true);
    expect((await m.rest()) - before).toBeLessThanOrEqual(3);
  });

  test("one that comes while the others travel does not make them jump", async () => {
    m = await mount(184);
    const { scene, fleet } = m;
    const to = mirrored(fleet.stars);
    scene.setStars(to, true);
    await sleep(60);
    const on = scene.project(20);
    scene.setStars({ ...to });
    expect(spread(scene.project(20), on)).toBeLessThan(40);
    await m.rest();
  });

  test("the same chart again moves nothing", async () => {
    m = await mount(184);
    const before = await m.rest();
    m.scene.setStars({ ...m.fleet.stars }, true);
    expect((await m.rest()) - before).toBeLessThanOrEqual(3);
  });
});

describe("the minimap", () => {
  const bounds = (mounted: Mounted) => {
    const [chart, store] = [new Chart(), new StarStore()];
    chart.set(mounted.fleet.groups);
    store.replace(mounted.fleet.stars);
    return boundsOf(chart, store);
  };

  test("a click in it looks there and picks nothing; a drag moves the view", async () => {
    m = await mount(10_000);
    const { scene, canvas, events } = m;
    for (let n = 0; n < 4; n++) scene.zoomBy(1.6);
    await m.rest();
    const mini = miniMap(bounds(m), { width: 934, height: 784 }, 6);
    if (mini === null) throw new Error("no minimap");
    const star = 100;
    const at = {
      x: (m.fleet.stars.x[star] ?? 0) * mini.camera.k + mini.camera.x,
      y: (m.fleet.stars.y[star] ?? 0) * mini.camera.k + mini.camera.y,
    };
    const told = events.length;
    click(canvas, at.x, at.y);
    await m.rest();
    expect(spread(scene.project(star), { x: 467, y: 392 })).toBeLessThan(25);
    expect(events.slice(told).every(({ kind }) => kind === "camera" || kind === "hover")).toBe(true);
    const before = scene.project(star);
    drag(canvas, [
      [at.x, at.y],
      [at.x + 10, at.y],
      [at.x + 20, at.y],
    ]);
    await m.rest();
    expect(before.x - scene.project(star).x).toBeGreaterThan(50);
  });

  test("where there is none a click there is a click on the map", async () => {
    m = await mount(10_000);
    click(m.canvas, 900, 760);
    expect(m.events.filter(({ kind }) => kind === "pick")).toHaveLength(1);
  });

  test("the keys move the view as a drag does", async () => {
    m = await mount(10_000);
    const before = m.scene.project(5);
    m.scene.panBy(90, 0);
    await m.rest();
    expect(m.scene.project(5).x).toBeCloseTo(before.x - 90, 3);
  });
});
