import { expect, test } from "vitest";
import { METHODS } from "../../bridge/mock/methods";
import type { JsonValue } from "../../bridge/types";
import { methodsOf, nameOf, sharedMethods } from "./builtin";
import { emptyDraft, toParameters, withoutSecrets } from "./draft";
import { arrange, readForm } from "./schema";
import { validate } from "./validate";

const object = (properties: JsonValue, required: string[] = []): JsonValue => ({
  type: "object",
  properties,
  required,
});
const kinds = (schema: JsonValue) => readForm(schema).fields.map((field) => field.kind);

test("every documented kind of schema becomes its field", () => {
  const schema = object({
    line: { type: "string" },
    body: { type: "string", format: "multiline" },
    secret: { type: "string", format: "secret" },
    port: { type: "integer" },
    share: { type: "number" },
    on: { type: "boolean" },
    mode: { enum: ["a", "b"] },
    fixed: { const: 1 },
    list: { type: "array", items: { type: "string" } },
    inner: object({ x: { type: "string" } }),
    how: { oneOf: [object({ kind: { const: "a" } }), object({ kind: { const: "b" } })] },
    tuple: { type: "array", items: { type: "number" } },
    anything: {},
  });
  expect(kinds(schema)).toEqual([
    "text",
    "text",
    "text",
    "number",
    "number",
    "boolean",
    "enum",
    "const",
    "list",
    "object",
    "choice",
    "json",
    "json",
  ]);
});

test("what generators write is understood: $ref, nullable types, enums as oneOf of const", () => {
  const schema: JsonValue = {
    type: "object",
    properties: {
      limit: { type: ["integer", "null"], minimum: 0 },
      place: { anyOf: [{ $ref: "#/$defs/Place" }, { type: "null" }] },
      level: { oneOf: [{ const: "low", title: "Low" }, { const: "high" }] },
    },
    $defs: { Place: { type: "string", format: "path", title: "Place" } },
  };
  const [limit, place, level] = readForm(schema).fields;
  expect(limit).toMatchObject({ kind: "number", integer: true, minimum: 0 });
  expect(place).toMatchObject({ kind: "text", look: "path", title: "Place" });
  expect(level).toMatchObject({
    kind: "enum",
    options: [
      { value: "low", label: "Low" },
      { value: "high", label: "high" },
    ],
  });
});

test("a schema that refers to itself ends, and a broken one still gives a form", () => {
  const loop: JsonValue = { type: "object", properties: { next: { $ref: "#" } } };
  expect(() => readForm(loop)).not.toThrow();
  for (const broken of [
    null,
    true,
    5,
    [],
    { type: "string" },
    { properties: 3 },
    { type: "object", properties: { a: { $ref: "#/no/where" } } },
  ] as JsonValue[]) {
    expect(readForm(broken).kind).toBe("object");
  }
});

test("parameters leave out what was left empty and keep what has a default", () => {
  const schema = object(
    {
      command: { type: "string" },
      cwd: { type: "string" },
      retries: { type: "integer", default: 3 },
      force: { type: "boolean", default: false },
      tags: { type: "array", items: { type: "string" } },
    },
    ["command"],
  );
  const form = readForm(schema);
  expect(toParameters(form, { ...emptyDraft(form), command: "ls", tags: "a\nb\n" })).toEqual({
    command: "ls",
    retries: 3,
    force: false,
    tags: ["a", "b"],
  });
});

const problemsOf = (schema: JsonValue, draft: object) => {
  const form = readForm(schema);
  return Object.fromEntries(validate(schema, form, toParameters(form, { ...emptyDraft(form), ...draft })));
};

const shell = METHODS.find((method) => method.skill === "ShellSkill")?.schema as JsonValue;

test("the shell of a real spore: one field first, the rest waits, and either command or arguments", () => {
  const form = readForm(shell);
  const { first, more } = arrange(form);
  expect(first.map((field) => field.key)).toEqual(["command"]);
  expect(more.map((field) => [field.key, field.kind])).toEqual([
    ["argv", "list"],
    ["cwd", "text"],
    ["env", "map"],
    ["stdin", "text"],
    ["timeout", "number"],
    ["max_output_bytes", "number"],
  ]);
  expect(problemsOf(shell, {})).toEqual({ command: "Command or Arguments is needed." });
  expect(problemsOf(shell, { command: "ls", argv: "ls\n-l" })).toEqual({
    argv: "Give either Command or Arguments, not both.",
  });
  expect(problemsOf(shell, { argv: "df\n-h", env: "A=1\nB=x=y" })).toEqual({});
  expect(problemsOf(shell, { command: "ls", env: "nonsense" })).toEqual({
    env: "One NAME=value in each line is needed.",
  });
  expect(toParameters(form, { ...emptyDraft(form), command: "ls", env: "B=x=y" })).toEqual({
    command: "ls",
    cwd: ".",
    env: { B: "x=y" },
  });
});

test("secrets do not get into the line that says what was run", () => {
  const form = readForm(
    object({
      user: { type: "string" },
      key: { type: "string", format: "secret" },
      inner: object({ pin: { type: "string", writeOnly: true } }),
    }),
  );
  const shown = withoutSecrets(form, { user: "me", key: "hunter2", inner: { pin: "1234" } });
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|1234/);
  expect(shown.user).toBe("me");
});

test("a choice sends its const and only its own branch", () => {
  const probe = METHODS.find((method) => method.method === "probe");
  const form = readForm(probe?.schema as JsonValue);
  const draft = emptyDraft(form);
  expect(toParameters(form, { ...draft, target: "db" })).toEqual({
    target: "db",
    how: { kind: "ping", count: 4 },
    pause: 0.5,
  });
  const how = draft.how as { branch: number; drafts: never[] };
  expect(toParameters(form, { ...draft, target: "db", how: { ...how, branch: 1 } })).toMatchObject({
    how: { kind: "tcp", port: 443 },
  });
});

test("problems stand beside their field, in words", () => {
  const schema = object(
    {
      command: { type: "string", minLength: 3 },
      port: { type: "integer", minimum: 1, maximum: 9 },
      inner: object({ name: { type: "string" } }, ["name"]),
    },
    ["command", "inner"],
  );
  expect(problemsOf(schema, {})).toEqual({ command: "This is needed.", "inner/name": "This is needed." });
  expect(problemsOf(schema, { command: "ls", port: "x", inner: { name: "n" } })).toEqual({
    command: "This is too short.",
    port: "A whole number is needed.",
  });
  expect(problemsOf(schema, { command: "list", port: "70", inner: { name: "n" } })).toEqual({
    port: "Must be at most 9.",
  });
  expect(problemsOf(schema, { command: "list", port: "1.5", inner: { name: "n" } })).toEqual({
    port: "A whole number is needed.",
  });
  expect(problemsOf(schema, { command: "list", port: "7", inner: { name: "n" } })).toEqual({});
});

test("formats that only guide the form are not held against the standard", () => {
  const schema = object({
    pause: { type: "string", format: "duration" },
    duration: { type: "string" },
    format: { type: "string", pattern: "^x" },
  });
  expect(problemsOf(schema, { pause: "30s", format: "x1" })).toEqual({});
  expect(Object.keys(problemsOf(schema, { format: "y" }))).toEqual(["format"]);
});

test("a missing schema does not stand in the way", () => {
  expect(problemsOf(null, {})).toEqual({});
});

test("nodes without schemas get the forms of the prototype's skills", () => {
  const methods = methodsOf({ methods: [], skills: ["ShellSkill", "FileSkill", "CameraSkill"] });
  expect(methods.map(nameOf)).toEqual([
    "ShellSkill.run",
    "FileSkill.read_file",
    "FileSkill.write_file",
    "FileSkill.list_files",
  ]);
  expect(methods[0]).toMatchObject({ timeoutParameter: "timeout" });
  const nullSchema = { skill: "ShellSkill", method: "run", title: "", effect: "change" as const, schema: null };
  expect(methodsOf({ methods: [nullSchema], skills: ["ShellSkill"] })[0]?.schema).not.toBeNull();
});

test("many nodes offer what all of them offer", () => {
  const v2 = { methods: METHODS, skills: ["ShellSkill", "FileSkill", "NetSkill"] };
  const v1 = { methods: [], skills: ["ShellSkill"] };
  expect(sharedMethods([v2, v2, v1]).map(nameOf)).toEqual(["ShellSkill.run"]);
  expect(sharedMethods([])).toEqual([]);
});
