import { expect, test } from "vitest";
import { makeFleet } from "../../bridge/mock/fleet";
import { seeded } from "../../bridge/mock/random";
import { visibleStars } from "../../state/filter";
import { Fleet } from "../../state/fleet";
import { findNodes, MOST_NODES, score } from "./match";

function fleetOf(n: number): Fleet {
  const fleet = new Fleet();
  const made = makeFleet(n, seeded(5));
  fleet.applySnapshot(made.nodes, made.groups);
  fleet.commit();
  return fleet;
}

test("better matches score higher", () => {
  const order = ["fra-db-07", "fra-db-071", "xx-fra-db-07", "xfra-db-07", "f-r-a-d-b-0-7"].map((name) =>
    score(name, "fra-db-07"),
  );
  expect(order.slice(0, 4)).toEqual([...order.slice(0, 4)].sort((a, b) => b - a));
  expect(new Set(order.slice(0, 4)).size).toBe(4);
  expect(score("abc", "xyz")).toBe(0);
});

test("nodes are found by name first, then by what else is known, then loosely", () => {
  const fleet = fleetOf(184);
  const names = (query: string) => findNodes(fleet, query).nodes.map(({ ordinal }) => fleet.node(ordinal)?.name ?? "");
  const name = fleet.node(60)?.name ?? "";
  expect(names(name.toUpperCase())[0]).toBe(name);
  expect(findNodes(fleet, fleet.node(7)?.address ?? "").nodes.map(({ ordinal }) => ordinal)).toContain(7);
  for (const found of names("fra-db")) expect(found).toMatch(/^fra-db/);
  expect(findNodes(fleet, "no such thing at all")).toEqual({ nodes: [], matches: 0 });
  expect(names("frdb")[0]).toMatch(/^fr.*d.*b/);
  expect(findNodes(fleet, "frdb").matches).toBe(0);
});

test("as many fit as the filter of map and table shows", () => {
  const fleet = fleetOf(2000);
  // The last line, the first, one that crosses a line end, and one that everybody has.
  for (const query of ["lab", "iad-", "paris", "db", "a", "role:web", fleet.node(1999)?.name ?? ""])
    expect(findNodes(fleet, query).matches, query).toBe(visibleStars(fleet, new Set(), query)?.size);
});

test("a node that came or was renamed is found at once", () => {
  const fleet = fleetOf(12);
  expect(findNodes(fleet, "brand-new").matches).toBe(0);
  const node = fleet.node(3);
  if (!node) throw new Error("no node");
  fleet.applyNode("changed", { ...node, name: "brand-new" });
  fleet.commit();
  expect(findNodes(fleet, "brand-new").nodes).toEqual([{ ordinal: 3, score: 100 }]);
});

test("100,000 names", () => {
  const fleet = fleetOf(100_000);
  const first = performance.now();
  findNodes(fleet, "warm up");
  const told = [`index ${Math.round(performance.now() - first)}`];
  for (const query of ["p", "par", "par-db-001", "frankfurt", "10.2.0.7", "pxdb", "nobody at all"]) {
    const took = [1, 2, 3].map(() => {
      const from = performance.now();
      expect(findNodes(fleet, query).nodes.length).toBeLessThanOrEqual(MOST_NODES);
      return performance.now() - from;
    });
    told.push(`"${query}" ${Math.min(...took).toFixed(1)}`);
  }
  console.info(`100,000 names, ms: ${told.join(", ")}`);
});
