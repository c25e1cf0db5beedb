/** Schemas that nobody should send: loops, floods, bombs and nonsense. Every one ends, and in something usable. */
import { expect, test } from "vitest";
import type { JsonValue } from "../../bridge/types";
import { emptyDraft, toJson } from "./draft";
import type { Field } from "./form";
import { judge } from "./judge";
import { isPlainPattern, weigh } from "./safety";
import { readForm } from "./schema";
import { ownProblems } from "./validate";

const NESTED = (depth: number): JsonValue =>
  depth === 0 ? { type: "string" } : { type: "object", properties: { a: NESTED(depth - 1) } };
const wide = (count: number): JsonValue => ({
  type: "object",
  properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { type: "string" }])),
});
/** Thirty levels that each refer twice to the next: a thousand million parts, written down in a page. */
const laughs = (): JsonValue => ({
  type: "object",
  properties: { x: { $ref: "#/$defs/d0" } },
  $defs: Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `d${i}`,
      { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}`, title: "again" }] },
    ]),
  ),
});

function countOf(field: Field): number {
  switch (field.kind) {
    case "object":
      return 1 + field.fields.reduce((sum, one) => sum + countOf(one), 0);
    case "choice":
      return 1 + field.branches.reduce((sum, one) => sum + countOf(one.field), 0);
    case "cards":
      return 1 + countOf(field.item);
    case "rows":
      return 1 + countOf(field.value);
    default:
      return 1;
  }
}

const HOSTILE: [string, JsonValue][] = [
  ["null", null],
  ["a number", 5],
  ["an array", []],
  ["true", true],
  ["properties that are none", { type: "object", properties: 3 }],
  ["a reference to itself", { type: "object", properties: { next: { $ref: "#" } } }],
  ["a root that is its own reference", { $ref: "#" }],
  [
    "references in a ring",
    {
      type: "object",
      properties: { a: { $ref: "#/$defs/a" } },
      $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
    },
  ],
  ["a reference to nowhere", { type: "object", properties: { a: { $ref: "#/no/where" } } }],
  ["a reference out of the house", { type: "object", properties: { a: { $ref: "https://example.org/x" } } }],
  ["a reference into the prototype", { type: "object", properties: { a: { $ref: "#/__proto__/constructor" } } }],
  ["200 levels", NESTED(200)],
  ["10,000 properties", wide(10_000)],
  [
    "a tree of references",
    {
      type: "object",
      properties: Object.fromEntries("abcdefghij".split("").map((k) => [k, { $ref: "#/$defs/t" }])),
      $defs: {
        t: {
          type: "object",
          properties: Object.fromEntries(
            "abcdefghij".split("").map((k) => [k, { type: "array", items: { $ref: "#/$defs/u" } }]),
          ),
        },
        u: wide(100),
      },
    },
  ],
  ["references that multiply", laughs()],
  [
    "100,000 values to choose from",
    { type: "object", properties: { a: { enum: Array.from({ length: 100_000 }, (_, i) => i) } } },
  ],
  [
    "10,000 branches",
    {
      type: "object",
      properties: {
        a: { oneOf: Array.from({ length: 10_000 }, (_, i) => ({ type: "object", properties: { k: { const: i } } })) },
      },
    },
  ],
  ["an enum of nothing", { type: "object", properties: { a: { enum: [] } }, required: ["a"] }],
  ["a oneOf of nothing", { type: "object", properties: { a: { oneOf: [] } } }],
  [
    "titles that are too long and turn around",
    { type: "object", properties: { a: { type: "string", title: `\u202e${"x".repeat(100_000)}` } } },
  ],
  [
    "names that are everybody's",
    JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"},"a/b~c":{"type":"string"}}}',
    ) as JsonValue,
  ],
  [
    "lots of minItems",
    { type: "object", required: ["a"], properties: { a: { type: "array", minItems: 1e9, items: wide(3) } } },
  ],
  ["a pattern that is none", { type: "object", properties: { a: { type: "string", pattern: "(" } } }],
];

test.each(HOSTILE)("%s ends in a form", async (_, schema) => {
  const form = readForm(schema);
  expect(["object", "choice", "rows", "json"]).toContain(form.kind);
  expect(countOf(form)).toBeLessThan(2000);
  const draft = emptyDraft(form);
  const value = toJson(form, draft) ?? {};
  expect(() => ownProblems(form, draft)).not.toThrow();
  await expect(judge(schema, value, 500)).resolves.toBeDefined();
});

test("a pattern that takes for ever is given up, and does not stop the window", async () => {
  const schema: JsonValue = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
  expect(weigh(schema)).toBe("heavy");
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 10);
  expect(await judge(schema, { a: `${"a".repeat(60)}!` }, 400)).toEqual({ faults: [], checked: false });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(3);
});

test("a pattern in the worker still says what is wrong", async () => {
  const schema: JsonValue = {
    type: "object",
    properties: { a: { type: "string", pattern: "^[a-z]([-a-z]*[a-z])?(\\.[a-z]([-a-z]*[a-z])?)*$" } },
  };
  const { faults, checked } = await judge(schema, { a: "no spaces" }, 30_000);
  expect(checked).toBe(true);
  expect(faults).toContainEqual(expect.objectContaining({ path: "a", rule: "pattern" }));
});

test("patterns whose cost is known are told from those whose is not", () => {
  for (const plain of ["^x", "^[a-z0-9][a-z0-9_.-]*$", "^\\d{4}-\\d{2}$", "^v\\d+$"])
    expect(isPlainPattern(plain)).toBe(true);
  for (const costly of ["^(a+)+$", "(a|a)*b", "^a*a*a*$", "x+x+y", "^(?=a)", "^a{1,}b{2,}", "^a{9999}"])
    expect(isPlainPattern(costly)).toBe(false);
});

test("names that are everybody's are typed into and sent like any other", () => {
  const schema = JSON.parse(
    '{"type":"object","properties":{"constructor":{"type":"string"},"toString":{"type":"string"}}}',
  ) as JsonValue;
  const form = readForm(schema);
  expect(toJson(form, emptyDraft(form))).toEqual({});
});
