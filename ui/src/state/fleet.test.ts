import { beforeEach, expect, test } from "vitest";
import { makeFleet } from "../bridge/mock/fleet";
import { seeded } from "../bridge/mock/random";
import type { GroupView, NodeView } from "../bridge/types";
import { Fleet, type FleetDelta } from "./fleet";
import { Status } from "./status";

const { nodes: three } = makeFleet(3, seeded(1));
const node = (patch: Partial<NodeView>): NodeView => ({ ...(three[0] as NodeView), ...patch });
const home: GroupView[] = [{ index: 0, key: "", label: "Home", discs: [] }];

let fleet: Fleet;
let deltas: FleetDelta[];
beforeEach(() => {
  fleet = new Fleet();
  deltas = [];
  fleet.subscribe((delta) => deltas.push(delta));
  fleet.applySnapshot(three, home);
  fleet.commit();
});

test("a snapshot fills the arrays and is told once", () => {
  expect(deltas).toHaveLength(1);
  expect(fleet.size).toBe(3);
  expect(fleet.count).toBe(3);
  expect(fleet.totals).toMatchObject({ online: 3, degraded: 0, offline: 0 });
  expect(fleet.cpu[0]).toBeCloseTo(0.34);
});

test("vitals touch what they name and nothing else, in one write", () => {
  fleet.applyVitals([
    [1, 0.9, 0.5, 2],
    [2, 0.1, 0.1, 0],
  ]);
  fleet.commit();
  expect(deltas).toHaveLength(2);
  expect([...(deltas[1] as FleetDelta).dirty].sort()).toEqual([1, 2]);
  expect(fleet.status[1]).toBe(Status.Busy);
  expect(fleet.history.read(1, "cpu").at(-1)).toBeCloseTo(0.9, 1);
});

test("NaN, infinities and values out of range never get in", () => {
  fleet.applyVitals([
    [0, Number.NaN, 7, -3],
    [1, Number.POSITIVE_INFINITY, -1, 1e9],
  ]);
  fleet.commit();
  expect(fleet.cpu[0]).toBeCloseTo(0.34);
  expect(fleet.memory[0]).toBe(1);
  expect(fleet.tasks[0]).toBe(0);
  expect(Number.isFinite(fleet.cpu[1] as number)).toBe(true);
  expect(fleet.memory[1]).toBe(0);
  expect(fleet.tasks[1]).toBe(65535);
});

test("a load that nobody knows is none, until somebody tells it", () => {
  fleet.applyNode("changed", node({ measured: false }));
  fleet.applyVitals([[1, null, null, 3]]);
  fleet.commit();
  expect([fleet.load(0, "cpu"), fleet.load(1, "cpu"), fleet.load(1, "memory")]).toEqual([null, null, null]);
  expect(fleet.tasks[1]).toBe(3);
  const before = fleet.history.read(1, "cpu").length;
  fleet.applyVitals([
    [0, 0.5, 0.25, 0],
    [1, null, null, 0],
  ]);
  fleet.commit();
  expect([fleet.load(0, "cpu"), fleet.load(0, "memory")]).toEqual([0.5, 0.25]);
  expect(fleet.history.read(1, "cpu")).toHaveLength(before);
  expect(fleet.history.read(0, "cpu").at(-1)).toBeCloseTo(0.5, 1);
  fleet.applyNode("disconnected", node({ state: "offline" }));
  expect(fleet.load(0, "cpu")).toBe(null);
});

test.each([-1, 1.5, Number.NaN, 2 ** 31, Number.MAX_SAFE_INTEGER])("an ordinal of %s is refused", (ordinal) => {
  fleet.applyNode("connected", node({ id: "evil", ordinal }));
  fleet.applyVitals([[ordinal, 1, 1, 1]]);
  fleet.commit();
  expect(fleet.size).toBe(3);
  expect(fleet.x.length).toBeLessThan(1000);
});

test("ordinals may jump; what lies between is absent", () => {
  fleet.applyNode("connected", node({ id: "far", ordinal: 5000 }));
  fleet.commit();
  expect(fleet.count).toBe(5001);
  expect(fleet.status[4999]).toBe(Status.Absent);
  expect([...fleet.ordinals()]).toEqual([0, 1, 2, 5000]);
  expect(fleet.totals.online).toBe(4);
});

test("an ordinal that is taken is not handed to another node", () => {
  fleet.applyNode("connected", node({ id: "thief", ordinal: 0, name: "thief" }));
  fleet.commit();
  expect(fleet.node(0)?.name).toBe("atlas");
  expect(fleet.ordinalOf("thief")).toBeUndefined();
});

test("a node that goes offline keeps its place, its name and its ordinal", () => {
  const [x, y] = [fleet.x[0], fleet.y[0]];
  fleet.applyNode("disconnected", node({ state: "offline", x: 99, y: 99, cpu: 0 }));
  fleet.commit();
  expect([fleet.x[0], fleet.y[0]]).toEqual([x, y]);
  expect(fleet.status[0]).toBe(Status.Offline);
  expect(fleet.totals).toMatchObject({ online: 2, offline: 1 });
  expect(deltas.at(-1)?.disconnected).toEqual([0]);
});

test("late vitals do not wake an offline node, and a second goodbye is no news", () => {
  fleet.applyNode("disconnected", node({ state: "offline" }));
  fleet.commit();
  fleet.applyVitals([[0, 0.5, 0.5, 3]]);
  fleet.applyNode("disconnected", node({ state: "offline" }));
  fleet.commit();
  expect(fleet.status[0]).toBe(Status.Offline);
  expect(deltas.at(-1)?.disconnected).toEqual([]);
});

test("counts stay right through a storm of changes", () => {
  const random = seeded(7);
  for (let i = 0; i < 3000; i++) {
    const ordinal = Math.floor(random() * 200);
    const state = (["online", "suspect", "offline"] as const)[Math.floor(random() * 3)] ?? "online";
    fleet.applyNode(
      "changed",
      node({ id: `n${ordinal}`, ordinal: ordinal + 10, state, degraded: random() < 0.2 ? "hot" : null }),
    );
    if (random() < 0.3) fleet.applyVitals([[ordinal + 10, random(), random(), Math.floor(random() * 3)]]);
  }
  fleet.commit();
  const counted = { online: 0, degraded: 0, offline: 0 };
  for (const ordinal of fleet.ordinals()) {
    const status = fleet.status[ordinal];
    if (status === Status.Offline) counted.offline += 1;
    else if (status === Status.Degraded) counted.degraded += 1;
    else counted.online += 1;
  }
  expect(fleet.totals).toMatchObject(counted);
  expect(fleet.groupCounts[0]).toMatchObject(counted);
});

test("control characters in what a node says about itself are removed", () => {
  fleet.applyNode("changed", node({ name: "\u001b[31mroot\u202e", degraded: "a\u0007b", tags: ["\u0000", "ok"] }));
  fleet.commit();
  expect(fleet.node(0)).toMatchObject({ name: "root", degraded: "ab", tags: ["ok"] });
});

test("a later snapshot drops what is gone and says how ordinals moved", () => {
  fleet.applySnapshot([node({ id: three[2]?.id as string, ordinal: 0 })], home);
  fleet.commit();
  expect(fleet.size).toBe(1);
  expect(deltas.at(-1)?.remapped?.get(2)).toBe(0);
  expect(deltas.at(-1)?.remapped?.get(0)).toBe(-1);
  expect(fleet.totals.online).toBe(1);
});

test("equal method lists are kept once, whatever copies arrive", () => {
  const copy = () => structuredClone(three[0]?.methods ?? []);
  fleet.applyNode("changed", node({ methods: copy() }));
  fleet.applyNode("connected", node({ id: "twin", ordinal: 7, methods: copy() }));
  fleet.applyNode("connected", node({ id: "odd", ordinal: 8, methods: null as never }));
  fleet.commit();
  expect(fleet.node(7)?.methods).toBe(fleet.node(0)?.methods);
  expect(fleet.node(8)?.methods).toEqual([]);
});
