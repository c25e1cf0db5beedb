import { expect, test } from "vitest";
import { makeFleet } from "../../bridge/mock/fleet";
import { seeded } from "../../bridge/mock/random";
import { visibleStars } from "../../state/filter";
import { Fleet } from "../../state/fleet";
import { Status } from "../../state/status";
import { type Column, tableRows } from "./rows";

function fleetOf(n: number): Fleet {
  const fleet = new Fleet();
  const made = makeFleet(n, seeded(5));
  fleet.applySnapshot(made.nodes, made.groups);
  fleet.commit();
  return fleet;
}

const fleet = fleetOf(184);
const sorted = (column: Column, descending = false) => [...tableRows(fleet, null, { column, descending })];

test("every column is a permutation of all nodes", () => {
  for (const column of ["status", "name", "site", "role", "cpu", "memory", "tasks", "version", "seen"] as const) {
    expect(new Set(sorted(column)).size).toBe(184);
  }
});

test("exceptions stand at the top of the status column", () => {
  const order = sorted("status").map((o) => fleet.status[o]);
  const firstOnline = order.findIndex((s) => s === Status.Online || s === Status.Busy);
  expect(order.slice(firstOnline)).not.toContain(Status.Degraded);
  expect(order[0]).toBe(Status.Degraded);
});

test("load sorts downwards with the offline ones last", () => {
  const loads = sorted("cpu", true).map((o) => (fleet.status[o] === Status.Offline ? -1 : (fleet.cpu[o] ?? 0)));
  expect(loads).toEqual([...loads].sort((a, b) => b - a));
});

test("numbers in names count as numbers", () => {
  const small = new Fleet();
  const { nodes } = makeFleet(3, seeded(1));
  small.applySnapshot(
    nodes.map((node, i) => ({ ...node, name: ["web-10", "web-9", "Web-1"][i] as string })),
    [],
  );
  small.commit();
  expect([...tableRows(small, null, { column: "name", descending: false })]).toEqual([2, 1, 0]);
});

test("filter by status and words", () => {
  const offline = visibleStars(fleet, new Set(["offline"]), "") as Set<number>;
  expect(offline.size).toBe(fleet.totals.offline);
  const paris = visibleStars(fleet, new Set(), "paris role:db") as Set<number>;
  expect(paris.size).toBeGreaterThan(0);
  for (const ordinal of paris) expect(fleet.node(ordinal)?.name).toMatch(/^par-db/);
  expect(visibleStars(fleet, new Set(), "  ")).toBeNull();
});

test("100,000 rows are sorted by any column without a noticeable pause", () => {
  const large = fleetOf(100_000);
  const first = performance.now();
  tableRows(large, null, { column: "name", descending: false });
  expect(performance.now() - first).toBeLessThan(4000);
  const took = [1, 2, 3].map(() => {
    const from = performance.now();
    tableRows(large, null, { column: "cpu", descending: true });
    return performance.now() - from;
  });
  expect(Math.min(...took)).toBeLessThan(600);
});
