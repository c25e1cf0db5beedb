import { expect, test } from "vitest";
import { makeFleet } from "../../bridge/mock/fleet";
import { seeded } from "../../bridge/mock/random";
import { Fleet } from "../../state/fleet";
import { find, score } from "./match";

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
  expect(score("abc", "xyz")).toBe(0);
});

test("nodes, groups and skills are found", () => {
  const fleet = fleetOf(184);
  expect(find(fleet, "frankf").groups[0]).toMatchObject({ name: "Frankfurt", size: 41 });
  expect(find(fleet, "read_file").skills[0]).toMatchObject({ name: "FileSkill.read_file" });
  const name = fleet.node(60)?.name ?? "";
  expect(find(fleet, name.toUpperCase()).nodes[0]).toMatchObject({ kind: "node", ordinal: 60 });
  expect(find(fleet, "10.2.0.7").nodes[0]).toMatchObject({ kind: "node" });
  expect(find(fleet, "no such thing at all")).toMatchObject({ nodes: [], groups: [], skills: [], matches: 0 });
});

test("100,000 names are searched in well under a frame or two", () => {
  const fleet = fleetOf(100_000);
  find(fleet, "warm up");
  // The best of three, because other work on the machine is not what is measured.
  const took = [1, 2, 3].map(() => {
    const from = performance.now();
    find(fleet, "par-db-001");
    return performance.now() - from;
  });
  expect(Math.min(...took)).toBeLessThan(150);
  const found = find(fleet, "par-db-001");
  expect(found.nodes.length).toBeLessThanOrEqual(8);
});
