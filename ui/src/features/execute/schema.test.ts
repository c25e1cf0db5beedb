import { expect, test } from "vitest";
import { METHODS } from "../../bridge/mock/methods";
import type { JsonValue } from "../../bridge/types";
import { methodsOf, nameOf, sharedMethods } from "./builtin";
import { draftOf, emptyDraft, toJson } from "./draft";
import type { Field, Form } from "./form";
import { judge } from "./judge";
import { arrange, readForm } from "./schema";
import { keptOf, toldOf } from "./secrets";
import { ownProblems, withFaults } from "./validate";

const object = (properties: JsonValue, required: string[] = []): JsonValue => ({
  type: "object",
  properties,
  required,
});
const fieldsOf = (schema: JsonValue): readonly Field[] => {
  const form = readForm(schema);
  if (form.kind !== "object") throw new Error(`no object, but ${form.kind}`);
  return form.fields;
};
const kinds = (schema: JsonValue) => fieldsOf(schema).map((field) => field.kind);

test("every documented kind of schema becomes its field", () => {
  const schema = object({
    line: { type: "string" },
    port: { type: "integer" },
    share: { type: "number" },
    on: { type: "boolean" },
    mode: { enum: ["a", "b"] },
    fixed: { const: 1 },
    lines: { type: "array", items: { type: "string" } },
    numbers: { type: "array", items: { type: "number" } },
    some: { type: "array", uniqueItems: true, items: { enum: ["x", "y"] } },
    several: { type: "array", items: object({ x: { type: "string" } }) },
    nested: { type: "array", items: { type: "array", items: { type: "integer" } } },
    inner: object({ x: { type: "string" } }),
    map: { type: "object", additionalProperties: { type: "integer" } },
    how: { oneOf: [object({ kind: { const: "a" } }), object({ kind: { const: "b" } })] },
    either: { anyOf: [{ type: "string" }, { type: "integer" }] },
    several_types: { type: ["string", "boolean"] },
    tuple: { type: "array", prefixItems: [{ type: "string" }], items: { type: "number" } },
    anything: {},
    free: { type: "object" },
  });
  expect(kinds(schema)).toEqual([
    "text",
    "number",
    "number",
    "boolean",
    "enum",
    "const",
    "lines",
    "chips",
    "picks",
    "cards",
    "cards",
    "object",
    "rows",
    "choice",
    "choice",
    "choice",
    "json",
    "json",
    "json",
  ]);
});

test("formats and names say how a text looks", () => {
  const formats = [
    "multiline",
    "path",
    "secret",
    "password",
    "duration",
    "node-ref",
    "uri",
    "email",
    "date-time",
    "date",
  ];
  const looks = fieldsOf(object(Object.fromEntries(formats.map((format, i) => [`f${i}`, { type: "string", format }]))));
  expect(looks.map((field) => field.kind === "text" && field.look)).toEqual([
    "multiline",
    "path",
    "secret",
    "secret",
    "duration",
    "node",
    "uri",
    "email",
    "moment",
    "date",
  ]);
});

test("what generators write is understood: $ref, allOf, nullable types, enums as oneOf of const", () => {
  const schema: JsonValue = {
    type: "object",
    properties: {
      limit: { type: ["integer", "null"], minimum: 0 },
      place: { anyOf: [{ $ref: "#/$defs/Place" }, { type: "null" }] },
      level: { oneOf: [{ const: "low", title: "Low", description: "Little of it." }, { const: "high" }] },
      whole: { allOf: [{ $ref: "#/$defs/Point" }, { properties: { z: { type: "number" } } }] },
    },
    $defs: {
      Place: { type: "string", format: "path", title: "Place" },
      Point: object({ x: { type: "number" } }),
    },
  };
  const [limit, place, level, whole] = fieldsOf(schema);
  expect(limit).toMatchObject({ kind: "number", integer: true, minimum: 0, nullable: true });
  expect(place).toMatchObject({ kind: "text", look: "path", title: "Place", nullable: true });
  expect(level).toMatchObject({
    kind: "enum",
    options: [
      { value: "low", label: "Low", hint: "Little of it." },
      { value: "high", label: "high" },
    ],
  });
  expect(whole).toMatchObject({ kind: "object", fields: [{ key: "x" }, { key: "z" }] });
});

test("parameters leave out what was left empty and keep what has a default", () => {
  const schema = object(
    {
      command: { type: "string" },
      cwd: { type: "string" },
      retries: { type: "integer", default: 3 },
      force: { type: "boolean", default: false },
      sure: { type: "boolean" },
      tags: { type: "array", items: { type: "string" } },
      limits: object({ cpu: { type: "number", default: 1 } }),
    },
    ["command"],
  );
  expect(toJson(readForm(schema), typed(readForm(schema), { command: "ls", tags: "a\nb\n" }))).toEqual({
    command: "ls",
    retries: 3,
    force: false,
    tags: ["a", "b"],
  });
});

/** A draft with some fields typed over. */
function typed(form: Form, texts: { [key: string]: unknown }) {
  const draft = emptyDraft(form) as { fields: object; rows: [] };
  return { ...draft, fields: { ...draft.fields, ...texts } } as ReturnType<typeof emptyDraft>;
}

const PATIENT = 30_000;
const problemsOf = async (schema: JsonValue, texts: { [key: string]: unknown }) => {
  const form = readForm(schema);
  const draft = typed(form, texts);
  const { faults } = await judge(schema, toJson(form, draft) ?? {}, PATIENT);
  return Object.fromEntries(withFaults(form, draft, ownProblems(form, draft), faults));
};
const pair = (name: string, value: string) => ({ rows: [{ key: 0, name, value }] });

const shell = METHODS.find((method) => method.skill === "ShellSkill")?.schema as JsonValue;

test("the shell of a real spore: one field first, the rest waits, and either command or arguments", async () => {
  const form = readForm(shell);
  if (form.kind !== "object") throw new Error(form.kind);
  const { first, more } = arrange(form);
  expect(first.map((field) => field.key)).toEqual(["command"]);
  expect(more.map((field) => [field.key, field.kind])).toEqual([
    ["argv", "lines"],
    ["cwd", "text"],
    ["env", "rows"],
    ["stdin", "text"],
    ["timeout", "number"],
    ["max_output_bytes", "number"],
  ]);
  expect(await problemsOf(shell, {})).toEqual({ command: "Command or Arguments is needed." });
  expect(await problemsOf(shell, { command: "ls", argv: "ls\n-l" })).toEqual({
    argv: "Give either Command or Arguments, not both.",
  });
  expect(await problemsOf(shell, { argv: "df\n-h", env: pair("A", "x=y") })).toEqual({});
  expect(await problemsOf(shell, { command: "ls", env: pair("", "lonely") })).toEqual({ "env/#0": "It needs a name." });
  expect(toJson(form, typed(form, { command: "ls", env: pair("B", "x=y") }))).toEqual({
    command: "ls",
    cwd: ".",
    env: { B: "x=y" },
  });
});

test("secrets get neither into the line that says what was run nor into what is kept", () => {
  const form = readForm(
    object({
      user: { type: "string" },
      key: { type: "string", format: "secret" },
      inner: object({ pin: { type: "string", writeOnly: true } }),
      env: { type: "object", additionalProperties: { type: "string" } },
      several: { type: "array", items: object({ password: { type: "string" }, at: { type: "string" } }) },
    }),
  );
  const value = {
    user: "me",
    key: "hunter2",
    inner: { pin: "1234" },
    env: { DB_PASSWORD: "hunter3", LANG: "C" },
    several: [{ password: "hunter4", at: "x" }],
  };
  const shown = JSON.stringify(toldOf(form, value));
  expect(shown).not.toMatch(/hunter|1234/);
  expect(shown).toContain("me");
  expect(keptOf(form, value)).toEqual({
    value: { user: "me", inner: {}, env: { LANG: "C" }, several: [{ at: "x" }] },
    left: true,
  });
});

test("a choice sends its const and only its own branch, and recognises it again", () => {
  const probe = METHODS.find((method) => method.method === "probe");
  const form = readForm(probe?.schema as JsonValue);
  expect(toJson(form, typed(form, { target: "db" }))).toEqual({
    target: "db",
    how: { kind: "ping", count: 4 },
    pause: 0.5,
  });
  const other = draftOf(form, { target: "db", how: { kind: "tcp", port: 22 } }, true);
  expect(toJson(form, other)).toEqual({ target: "db", how: { kind: "tcp", port: 22 } });
});

test("problems stand beside their field, in words that name the limit", async () => {
  const schema = object(
    {
      command: { type: "string", minLength: 3 },
      port: { type: "integer", minimum: 1, exclusiveMaximum: 9 },
      step: { type: "number", multipleOf: 0.25 },
      when: { type: "string", format: "date-time" },
      inner: object({ name: { type: "string" } }, ["name"]),
      list: { type: "array", items: { type: "integer" }, maxItems: 2 },
      several: { type: "array", items: object({ to: { type: "string", minLength: 2 } }, ["to"]) },
      huge: { type: "integer" },
    },
    ["command", "inner"],
  );
  expect(
    await problemsOf(schema, {
      command: "ls",
      port: "9",
      step: "0.3",
      when: "tomorrow-ish",
      list: ["1", "2", "3"],
      several: { items: [{ key: 1, value: { fields: { to: "x" }, rows: [] } }] },
      huge: "12345678901234567890",
    }),
  ).toEqual({
    command: "Too short: at least 3 characters.",
    port: "Must be less than 9.",
    step: "Must be a multiple of 0.25.",
    when: "This is not readable. Write it like 2026-11-26 09:00, +2h",
    "inner/name": "This is needed.",
    list: "Too many: at most 2.",
    "several/0/to": "Too short: at least 2 characters.",
    huge: "This number is too large to be sent as it is.",
  });
});

test("our own format names are no standard formats, and properties may be called so", async () => {
  const schema = object({
    pause: { type: "string", format: "duration" },
    duration: { type: "string" },
    format: { type: "string", pattern: "^x" },
  });
  expect(await problemsOf(schema, { pause: "30s", format: "x1" })).toEqual({});
  expect(Object.keys(await problemsOf(schema, { format: "y" }))).toEqual(["format"]);
});

test("a missing schema does not stand in the way", async () => {
  expect(await problemsOf(null, {})).toEqual({});
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
