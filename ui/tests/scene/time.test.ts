/** Things that live in time, with a clock of their own: flights, motion, the pace, the rig. */
import { describe, expect, test } from "vitest";
import { Status } from "../../src/scene/api.ts";
import { Flights, MAX_COMETS } from "../../src/scene/flights.ts";
import { Motion } from "../../src/scene/motion.ts";
import { DirtyBlocks, OrdinalList } from "../../src/scene/ordinals.ts";
import { Pace } from "../../src/scene/pace.ts";
import { Rig } from "../../src/scene/rig.ts";
import { StarStore } from "../../src/scene/starStore.ts";
import { fleetOf, random } from "./fixture.ts";

const routes = { curve: () => ({ cx: 5, cy: 0, ex: 10, ey: 0 }), millis: () => 1000 };

describe("flights", () => {
  test("a job's comets slow down, and between them nothing is in the air", () => {
    const flights = new Flights();
    flights.start(1, 1, "a", 0);
    let launches = 0;
    let busyMs = 0;
    for (let now = 0; now < 60_000; now += 16) {
      const before = flights.comets.length;
      flights.step(now, routes);
      if (flights.comets.length > before) launches++;
      if (now > 20_000 && flights.active) busyMs += 16;
    }
    expect(launches).toBeGreaterThan(12);
    expect(busyMs / 40_000).toBeLessThan(0.25);
  });

  test("never more than 150 comets; pulses take over and stop with the work", () => {
    const flights = new Flights();
    for (let n = 0; n < 1000; n++) flights.start(n, n % 5, `k${n}`, 0);
    for (let now = 0; now < 3000; now += 16) {
      flights.step(now, routes);
      expect(flights.comets.length).toBeLessThanOrEqual(MAX_COMETS);
    }
    expect(flights.pulses.length).toBeGreaterThan(0);
    for (let n = 0; n < 1000; n++) flights.end(n, `k${n}`, "ok", 3000, routes);
    for (let now = 3000; now < 6000; now += 16) flights.step(now, routes);
    expect([flights.active, flights.size, flights.byGroup.size, flights.nextAt()]).toEqual([false, 0, 0, Infinity]);
  });

  test("the outcome tints the comet in the air, or sends one last; it lands once", () => {
    const flights = new Flights();
    flights.start(7, 1, "a", 0);
    flights.step(0, routes);
    flights.end(7, "a", "failed", 100, routes);
    expect(flights.comets.map((c) => c.outcome)).toEqual(["failed"]);
    expect(flights.step(999, routes)).toEqual([]);
    expect(flights.step(1001, routes)).toEqual([{ ordinal: 7, outcome: "failed" }]);
    flights.end(7, "a", "failed", 1100, routes);
    expect(flights.active).toBe(false);
  });
});

describe("motion", () => {
  const store = new StarStore();
  const { stars } = fleetOf(184);
  store.replace(stars);
  for (let i = 0; i < stars.count; i++) store.read(i);

  test("a status travels from the old look to the new one and ends", () => {
    const motion = new Motion();
    const i = stars.status.indexOf(Status.Online);
    stars.status[i] = Status.Offline;
    const from = store.read(i);
    expect(from).toBe(Status.Online);
    motion.changed(store, i, Status.Online, 0);
    motion.step(store, 150);
    expect([(store.look[4 * i] ?? 0) >> 4, store.look[4 * i + 3]]).toEqual([Status.Online, 128]);
    motion.step(store, 300);
    expect([(store.look[4 * i] ?? 0) >> 4, store.look[4 * i + 3]]).toEqual([Status.Offline, 255]);
    expect(motion.active).toBe(false);
  });

  test("a flood of connects in one group becomes one ring on the group", () => {
    const motion = new Motion();
    for (let n = 0; n < 500; n++) motion.connected(n, 2, n);
    expect(motion.rings.filter((r) => r.ordinal >= 0)).toHaveLength(20);
    expect(motion.rings.filter((r) => r.ordinal < 0)).toHaveLength(1);
    motion.step(store, 5000);
    expect(motion.active).toBe(false);
  });
});

describe("the store's lists", () => {
  test("an ordinal list is a set, whatever the order of changes", () => {
    const list = new OrdinalList();
    const truth = new Set<number>();
    const roll = random(1);
    for (let n = 0; n < 20_000; n++) {
      const i = Math.floor(roll() * 900);
      const member = roll() < 0.5;
      list.set(i, member);
      if (member) truth.add(i);
      else truth.delete(i);
    }
    expect([...list.items.subarray(0, list.size)].sort((a, b) => a - b)).toEqual([...truth].sort((a, b) => a - b));
    list.clear();
    expect([list.size, list.has(5)]).toEqual([0, false]);
  });

  test("only dirty blocks are drained, neighbours together, once", () => {
    const dirty = new DirtyBlocks();
    dirty.resize(10_000);
    for (const i of [5, 1023, 1024, 9999]) dirty.mark(i);
    const ranges: number[][] = [];
    dirty.drain((from, to) => ranges.push([from, to]));
    expect(ranges).toEqual([
      [0, 2048],
      [9216, 10240],
    ]);
    dirty.drain(() => expect.unreachable());
  });

  test("stars may come and go in place; counts and lists follow", () => {
    const store = new StarStore();
    const { stars } = fleetOf(3);
    const room = { ...stars, count: 2 };
    store.replace(room);
    for (let i = 0; i < 3; i++) store.read(i);
    expect([store.present, store.isThere(2)]).toEqual([2, false]);
    room.count = 3;
    store.read(2);
    expect([store.present, store.isThere(2), store.busy.has(2)]).toEqual([3, true, true]);
    room.status[2] = Status.Absent;
    store.read(2);
    expect([store.present, store.isThere(2), store.busy.has(2)]).toEqual([2, false, false]);
  });
});

describe("pace", () => {
  const run = (pace: Pace, ms: number, frames: number): void => {
    for (let n = 0; n < frames; n++) pace.sample(ms);
  };
  test("fast machines keep everything; the first thirty frames judge a slow one; later, three strikes", () => {
    const fast = new Pace();
    run(fast, 16.7, 300);
    run(fast, 60, 1);
    run(fast, 16.7, 20);
    expect(fast.thrift).toBe(0);
    run(fast, 30, 16);
    expect(fast.thrift).toBe(1);
    const queued = new Pace();
    for (let n = 0; n < 20; n++) {
      run(queued, 16.7, 2);
      run(queued, 200, 1);
    }
    expect(queued.thrift).toBeGreaterThanOrEqual(2);
    const slow = new Pace();
    run(slow, 70, 30);
    expect(slow.thrift).toBeGreaterThanOrEqual(3);
  });
  test("pauses between frames are not slowness", () => {
    const pace = new Pace();
    run(pace, 1500, 100);
    expect(pace.thrift).toBe(0);
  });
});

describe("rig", () => {
  const rig = (): Rig => {
    const r = new Rig();
    r.resize({ width: 934, height: 784 });
    r.setFit({ x0: -50, x1: 50, y0: -40, y1: 40 }, { top: 0, right: 0, bottom: 0, left: 0 }, 100);
    return r;
  };
  test("an untouched camera follows the fit, a touched one stays", () => {
    const r = rig();
    const { k } = r.camera;
    r.setFit({ x0: -100, x1: 100, y0: -80, y1: 80 }, { top: 0, right: 0, bottom: 0, left: 0 }, 100);
    expect(r.camera.k).toBeCloseTo(k / 2);
    r.panBy(10, 0);
    const { camera } = r;
    r.setFit({ x0: -10, x1: 10, y0: -8, y1: 8 }, { top: 0, right: 0, bottom: 0, left: 0 }, 100);
    expect(r.camera).toBe(camera);
  });
  test("a glide converges on its goal with the anchor fixed; notches add up", () => {
    const r = rig();
    const { k } = r.camera;
    r.glideAt(200, 100, 1.2, 0);
    r.glideAt(200, 100, 1.2, 5);
    for (let now = 16; now < 1500; now += 16) r.step(now);
    expect(r.moving).toBe(false);
    expect(r.camera.k).toBeCloseTo(k * 1.44, 6);
  });
  test("a flight lands exactly, and a hand interrupts it for good", () => {
    const r = rig();
    r.flyTo(20, 10, 40, 0);
    r.step(200);
    expect(r.moving).toBe(true);
    r.step(451);
    expect(r.camera).toEqual({ k: 40, x: 467 - 800, y: 392 - 400 });
    r.fit(1000);
    r.step(1100);
    r.panBy(1, 1);
    const held = r.camera;
    r.step(1400);
    expect([r.moving, r.camera]).toEqual([false, held]);
  });
});
