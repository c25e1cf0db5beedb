import { expect, test } from "vitest";
import { makeFleet } from "../../bridge/mock/fleet";
import { seeded } from "../../bridge/mock/random";
import { visibleStars } from "../../state/filter";
import { Fleet } from "../../state/fleet";
import { Status } from "../../state/status";
import { COLUMN_IDS, csvValue } from "./columns";
import { type Column, naturalKey, sameMembers, tableRows } from "./rows";

function fleetOf(n: number): Fleet {
  const fleet = new Fleet();
  const made = makeFleet(n, seeded(5));
  fleet.applySnapshot(made.nodes, made.groups);
  fleet.commit();
  return fleet;
}

const fleet = fleetOf(184);
const sorted = (column: Column, descending = false) => [...tableRows(fleet, null, { column, descending })];

test("every column is a permutation of all nodes, both ways", () => {
  for (const column of COLUMN_IDS) {
    for (const descending of [false, true]) expect(new Set(sorted(column, descending)).size).toBe(184);
  }
});

test("every column is in order, ties by name, and what is not known is last both ways", () => {
  const names = sorted("name");
  for (const column of COLUMN_IDS.filter((one) => one !== "status" && one !== "trust" && one !== "seen")) {
    for (const descending of [false, true]) {
      const rows = sorted(column, descending);
      const values = rows.map((o) => csvValue(fleet, o, column));
      const known = values.filter((value) => value !== null && value !== "");
      expect(values.slice(0, known.length), `${column}: unknown last`).toEqual(known);
      for (let i = 1; i < known.length; i++) {
        const order = compare(known[i - 1] as string, known[i] as string) * (descending ? -1 : 1);
        expect(order, `${column} ${descending} ${known[i - 1]} ${known[i]}`).toBeLessThanOrEqual(0);
        // Loads are written in whole percent, so equal ones may still differ.
        if (order === 0 && column !== "cpu" && column !== "memory" && column !== "latency")
          expect(names.indexOf(rows[i - 1] ?? -1)).toBeLessThan(names.indexOf(rows[i] ?? -1));
      }
    }
  }
});

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [naturalKey(String(a)), naturalKey(String(b))];
  return x < y ? -1 : x > y ? 1 : 0;
}

test("exceptions stand at the top of the status column", () => {
  const order = sorted("status").map((o) => fleet.status[o]);
  const firstOnline = order.findIndex((s) => s === Status.Online || s === Status.Busy);
  expect(order.slice(firstOnline)).not.toContain(Status.Degraded);
  expect(order[0]).toBe(Status.Degraded);
});

test("who was lost longest stands first when last seen is sorted downwards", () => {
  const lost = sorted("seen", true).filter((o) => fleet.status[o] === Status.Offline);
  expect(sorted("seen", true).slice(0, lost.length)).toEqual(lost);
  const times = lost.map((o) => Date.parse(fleet.node(o)?.lastSeen ?? ""));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("numbers in names count as numbers", () => {
  const small = new Fleet();
  const made = makeFleet(12, seeded(5));
  made.nodes.forEach((node, i) => {
    node.name = `Node-${12 - i}`;
  });
  small.applySnapshot(made.nodes, made.groups);
  small.commit();
  const names = [...tableRows(small, null, { column: "name", descending: false })].map((o) => small.node(o)?.name);
  expect(names.slice(0, 3)).toEqual(["Node-1", "Node-2", "Node-3"]);
  expect(names.at(-1)).toBe("Node-12");
  // A renamed node moves, although nobody came or went.
  small.applyNode("changed", { ...(made.nodes[0] as (typeof made.nodes)[number]), name: "a-first" });
  small.commit();
  expect(small.node(tableRows(small, null, { column: "name", descending: false })[0] ?? -1)?.name).toBe("a-first");
});

test("filters by class and by words", () => {
  const offline = tableRows(fleet, visibleStars(fleet, new Set(["offline"]), ""), {
    column: "name",
    descending: false,
  });
  expect(offline.length).toBe(fleet.totals.offline);
  const paris = visibleStars(fleet, new Set(), "paris role:db");
  for (const o of paris ?? []) expect(fleet.groupLabel(o)).toBe("Paris");
  expect(paris?.size).toBeGreaterThan(0);
});

test("the same members in any order are the same, one other is not", () => {
  const rows = tableRows(fleet, null, { column: "cpu", descending: true });
  expect(sameMembers(fleet, rows, null)).toBe(true);
  expect(sameMembers(fleet, rows, new Set(rows))).toBe(true);
  const other = new Set(rows);
  other.delete(rows[0] ?? 0);
  other.add(9999);
  expect(sameMembers(fleet, rows, other)).toBe(false);
  expect(sameMembers(fleet, rows.subarray(1), null)).toBe(false);
});

test("100,000 rows are sorted by any column", { timeout: 60_000 }, () => {
  const large = fleetOf(100_000);
  const first = performance.now();
  tableRows(large, null, { column: "name", descending: false });
  const cold = performance.now() - first;
  const took: string[] = [];
  for (const column of COLUMN_IDS) {
    const from = performance.now();
    expect(tableRows(large, null, { column, descending: true }).length).toBe(100_000);
    took.push(`${column} ${Math.round(performance.now() - from)}`);
  }
  console.info(`100,000 rows, ms: names first ${Math.round(cold)}; ${took.join(", ")}`);
});
