import { expect, test } from "vitest";
import type { JsonValue } from "../../bridge/types";
import { draftOf, toJson } from "./draft";
import { lostIn } from "./faithful";
import type { NumberField } from "./form";
import { momentOf } from "./moment";
import { bytesOf, durationWords, plainNumber, secondsOf, sizeWords } from "./quantity";
import { readForm } from "./schema";
import { stepped } from "./stepped";

test("durations as people write them", () => {
  expect(["90", "1h30m", "1 h 30 min", "250ms", "2d", "1.5h"].map(secondsOf)).toEqual([
    90, 5400, 5400, 0.25, 172_800, 5400,
  ]);
  expect(["", "soon", "1x", "h1", "1h-30m", "9".repeat(60)].map(secondsOf)).toEqual(Array(6).fill(null));
  expect([59, 60, 5400, 90_061].map(durationWords)).toEqual(["", "1 min", "1 h 30 min", "1 d 1 h 1 min"]);
});

test("sizes as people write them", () => {
  expect(["4096", "64 MiB", "1.5GB", "1k", "2 TiB"].map(bytesOf)).toEqual([
    4096,
    67_108_864,
    1.5e9,
    1000,
    2 * 1024 ** 4,
  ]);
  expect(["", "big", "1 XB", "-1MB"].map(bytesOf)).toEqual(Array(4).fill(null));
  expect([999, 67_108_864, 1_500_000_000].map(sizeWords)).toEqual(["", "64 MiB", "1.50 GB"]);
});

test("numbers that would not arrive as they were written are none", () => {
  expect(["1", " 2.5 ", "1e3", "10 000", "-7", ".5"].map(plainNumber)).toEqual([1, 2.5, 1000, 10_000, -7, 0.5]);
  expect(["", "1,5", "0x10", "NaN", "Infinity", "1e999", "9007199254740993"].map(plainNumber)).toEqual(
    Array(7).fill(null),
  );
});

test("moments: exact ones stay, local ones and distances become UTC, days that are none are none", () => {
  const now = Date.parse("2026-11-26T08:00:00Z");
  expect(momentOf("2026-11-26T09:00:00+01:00", now)).toBe("2026-11-26T09:00:00+01:00");
  expect(momentOf("+2h", now)).toBe("2026-11-26T10:00:00Z");
  expect(momentOf("now", now)).toBe("2026-11-26T08:00:00Z");
  const local = new Date(2026, 10, 26, 9, 30);
  expect(momentOf("2026-11-26 9:30", now)).toBe(`${local.toISOString().slice(0, 19)}Z`);
  for (const none of ["", "tomorrow", "2026-02-30", "2026-13-01", "2026-11-26 25:00", "+soon"])
    expect(momentOf(none, now)).toBeNull();
});

const numeric = (schema: JsonValue) => {
  const form = readForm({ type: "object", properties: { n: schema } });
  return (form.kind === "object" ? form.fields[0] : undefined) as NumberField;
};

test("arrows step within the bounds, and tenths stay tenths", () => {
  const port = numeric({ type: "integer", minimum: 1, maximum: 20 });
  expect(stepped(port, "", 1, false)).toBe("1");
  expect(stepped(port, "19", 1, true)).toBe("20");
  expect(stepped(port, "1", -1, false)).toBe("1");
  const share = numeric({ type: "number", multipleOf: 0.1, exclusiveMinimum: 0 });
  expect(stepped(share, "0.2", 1, false)).toBe("0.3");
  expect(stepped(share, "0.1", -1, false)).toBe("0.1");
  expect(stepped(port, "many", 1, false)).toBeNull();
});

const FORM = readForm({
  type: "object",
  required: ["a"],
  properties: {
    a: { type: "string" },
    n: { type: ["integer", "null"] },
    on: { type: "boolean" },
    list: { type: "array", items: { type: "string" } },
    map: { type: "object", additionalProperties: { type: "integer" } },
    cards: { type: "array", items: { type: "object", properties: { x: { type: "number" } } } },
    how: { oneOf: [{ properties: { k: { const: 1 } }, required: ["k"] }, { type: "string" }] },
    inner: { type: "object", properties: { y: { type: "boolean", default: true } } },
  },
});

test.each<JsonValue>([
  { a: "x" },
  { a: "x", n: null, on: false, list: ["p", "q"], map: { one: 1 }, cards: [{ x: 1 }, {}], how: { k: 1 }, inner: {} },
  { a: "x", how: "text", list: [], map: {} },
])("what the form can show comes out of it as it went in", (value) => {
  expect(lostIn(FORM, value).filter((path) => path !== "list" && path !== "map")).toEqual([]);
});

test("what the form cannot show is told, not dropped", () => {
  expect(lostIn(FORM, { a: "x", extra: 1 })).toEqual(["extra"]);
  expect(lostIn(FORM, { a: "x", list: ["two\nlines"] })).toEqual(["list"]);
  expect(lostIn(FORM, { a: 5 })).toEqual(["a"]);
  expect(lostIn(FORM, [1])).toEqual([""]);
  expect(toJson(FORM, draftOf(FORM, { a: "x", n: null }, true))).toEqual({ a: "x", n: null });
});
