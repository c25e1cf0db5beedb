/** When frames happen: none at idle, few for a change, none while hidden; a lost context comes back. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { NO_WEBGL2, Status } from "../../src/scene/api.ts";
import { createScene } from "../../src/scene/index.ts";
import { fleetOf } from "./fixture.ts";
import { apart, type Mounted, mount, rgb, sleep } from "./mount.ts";

let m: Mounted | null = null;
afterEach(() => {
  m?.unmount();
  m = null;
  vi.restoreAllMocks();
});

describe("frames", () => {
  test("nothing is drawn at idle", async () => {
    m = await mount(10_000);
    const before = await m.rest();
    await sleep(500);
    expect(m.scene.stats().frames).toBe(before);
  });

  test("a change of load is one frame, a change of status a short motion, then rest", async () => {
    m = await mount(184);
    await sleep(150);
    const i = m.fleet.stars.status.indexOf(Status.Online);
    const before = await m.rest();
    m.fleet.stars.cpu[i] = 0.99;
    m.scene.touch([i]);
    const loaded = await m.rest();
    expect(loaded - before).toBeGreaterThan(0);
    expect(loaded - before).toBeLessThanOrEqual(3);
    m.fleet.stars.status[i] = Status.Degraded;
    m.scene.touch([i]);
    expect((await m.rest()) - loaded).toBeLessThan(40);
    const p = m.scene.project(i);
    expect(apart(m.pixel(p.x, p.y), rgb("#f5b344"))).toBeLessThan(12);
  });

  test("reduced motion cuts: one or two frames for a status, a flight, and running work", async () => {
    m = await mount(184, { reducedMotion: true });
    await sleep(150);
    const before = await m.rest();
    m.fleet.stars.status[3] = Status.Critical;
    m.scene.touch([3]);
    m.scene.connected(3);
    expect((await m.rest()) - before).toBeLessThanOrEqual(2);
    m.scene.flyTo(3);
    const p = m.scene.project(3);
    expect([Math.round(p.x), Math.round(p.y)]).toEqual([467, 392]);
    const flown = await m.rest();
    m.scene.workStarted(3, "job");
    await sleep(700);
    expect(m.scene.stats().frames - flown).toBeLessThanOrEqual(2);
  });

  test("work in flight moves, ends, and leaves silence", async () => {
    m = await mount(184);
    const before = await m.rest();
    m.scene.workStarted(100, "a");
    await sleep(400);
    const flying = m.scene.stats().frames;
    expect(flying).toBeGreaterThan(before + 2);
    m.scene.workEnded(100, "a", "ok");
    const after = await m.rest();
    await sleep(500);
    expect(m.scene.stats().frames).toBe(after);
  });

  test("a hidden document draws nothing, and catches up when it is shown", async () => {
    m = await mount(184);
    const before = await m.rest();
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    document.dispatchEvent(new Event("visibilitychange"));
    m.scene.setTheme("light");
    m.scene.workStarted(1, "a");
    await sleep(300);
    expect(m.scene.stats().frames).toBe(before);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    m.scene.workEnded(1, "a", "ok");
    await m.rest();
    expect(apart(m.pixel(3, 780), rgb("#f5f6f8"))).toBeLessThan(12);
  });

  test("a destroyed scene neither draws nor speaks", async () => {
    m = await mount(184);
    m.scene.flyTo(5);
    m.scene.destroy();
    const { frames } = m.scene.stats();
    const told = m.events.length;
    m.scene.touch([1]);
    await sleep(200);
    expect(m.scene.stats().frames).toBe(frames);
    expect(m.events.length).toBe(told);
  });
});

describe("the context", () => {
  test("lost and restored: the same picture comes back without anybody asking", async () => {
    m = await mount(184);
    const i = m.fleet.stars.status.indexOf(Status.Degraded);
    const p = m.scene.project(i);
    const loss = m.canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context");
    loss?.loseContext();
    await sleep(100);
    m.scene.touch([i]);
    await sleep(100);
    loss?.restoreContext();
    await sleep(100);
    await m.rest();
    expect(apart(m.pixel(p.x, p.y), rgb("#f5b344"))).toBeLessThan(12);
    expect(m.events.some((e) => e.kind === "unavailable")).toBe(false);
  });

  test("without WebGL2 the scene says so and stays harmless", async () => {
    const canvas = document.createElement("canvas");
    vi.spyOn(canvas, "getContext").mockReturnValue(null);
    const told: string[] = [];
    const scene = createScene({
      canvas,
      theme: "dark",
      reducedMotion: false,
      onPointer: (e) => e.kind === "unavailable" && told.push(e.reason),
    });
    scene.setStars(fleetOf(3).stars);
    scene.flyTo(1);
    await sleep(100);
    expect(told).toEqual([NO_WEBGL2]);
    scene.destroy();
  });

  test("follows the canvas when it is resized, and keeps the fit", async () => {
    m = await mount(184);
    m.canvas.style.width = "500px";
    await sleep(100);
    await m.rest();
    expect(m.canvas.width).toBe(Math.round(500 * window.devicePixelRatio));
    for (let i = 0; i < 184; i++) {
      const p = m.scene.project(i);
      expect(p.x).toBeGreaterThan(0);
      expect(p.x).toBeLessThan(500);
    }
  });
});
