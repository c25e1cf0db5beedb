import { expect, test } from "vitest";
import { makeFleet } from "../../bridge/mock/fleet";
import { seeded } from "../../bridge/mock/random";
import { Fleet } from "../../state/fleet";
import { COLUMN_IDS, CSV_NAMES } from "./columns";
import { csvOf, field } from "./csv";

test("what a spreadsheet would take for a formula is text", () => {
  for (const hostile of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|'/c calc'!A0", "|x"])
    expect(field(hostile).replace(/^"/, "").startsWith("'")).toBe(true);
  expect(field("fra-db-07")).toBe("fra-db-07");
  expect(field(-5)).toBe("-5");
});

test("commas, quotes and line ends stay in their field", () => {
  expect(field('a "b", c\r\nd')).toBe('"a ""b"", c\r\nd"');
  expect(field('="x"')).toBe('"\'=""x"""');
  expect(field(null)).toBe("");
});

test("a line for each node in the order given, and every column has a name of its own", () => {
  const fleet = new Fleet();
  const made = makeFleet(3, seeded(5));
  const hostile = { ...made.nodes[0], name: '=HYPERLINK("http://x"),"' } as (typeof made.nodes)[number];
  fleet.applySnapshot([hostile, ...made.nodes.slice(1)], made.groups);
  fleet.commit();
  expect(csvOf(fleet, [2, 0], ["name", "cpu", "tasks"])).toBe(
    `name,cpu_percent,tasks\r\nnas-01,67,2\r\n"'=HYPERLINK(""http://x""),""",34,1\r\n`,
  );
  const head = csvOf(fleet, [], COLUMN_IDS).trim().split(",");
  expect(new Set(head).size).toBe(COLUMN_IDS.length);
  expect(head).toEqual(COLUMN_IDS.map((column) => CSV_NAMES[column]));
});
