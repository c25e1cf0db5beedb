/**
 * Reads a JSON Schema into the fields that the form can draw (form.ts). Names of properties say what a format might:
 * a spore's schemas are plain JSON Schema and need not know this form. Whatever a schema says that is not understood,
 * that leads back to itself or is too much becomes a field of raw JSON, so that no method is out of reach and none
 * stops the window.
 * Not here: lists (lists.ts), references (refs.ts), validation (validate.ts), drawing (fields).
 */
import type { JsonValue } from "../../bridge/types";
import { plain } from "../../state/text";
import type { Common, EnumField, Field, Form, Look, NumberField, ObjectField, Option, TextField } from "./form";
import { listField } from "./lists";
import { follow, isSchema, joined, type Schema, typesOf, withoutNull } from "./refs";

const DEEPEST = 6;
const MOST_FIELDS = 600;
/** More than this beside each other is no form any more. */
const MOST_BESIDE = 150;
export const MOST_OPTIONS = 1000;
const MOST_BRANCHES = 40;

/** Where the reading is: what was followed to come here, how deep, and how many fields there may still be. */
export type Reading = { root: Schema; trail: readonly string[]; depth: number; budget: { left: number } };

/** The form of a method, however odd its schema is. */
export function readForm(schema: JsonValue): Form {
  const root = isSchema(schema) ? schema : {};
  const at: Reading = { root, trail: ["#"], depth: 0, budget: { left: MOST_FIELDS } };
  const field = readField("", root, true, at);
  if (field.kind === "object" || field.kind === "choice" || field.kind === "rows") return field;
  return { ...common("", root, true, false), kind: "json" };
}

/** What has to be seen at once, and what may wait behind a button. Optional fields alone: the first two are shown. */
export function arrange(form: ObjectField): { first: readonly Field[]; more: readonly Field[] } {
  const visible = form.fields.filter((field) => field.kind !== "const");
  const wanted = new Set(form.alternatives[0] ?? []);
  let first = visible.filter((field) => field.required || wanted.has(field.key));
  if (first.length === 0) first = visible.slice(0, 2);
  const more = visible.filter((field) => !first.includes(field));
  return more.length <= 1 ? { first: visible, more: [] } : { first, more };
}

export function readField(key: string, raw: Schema, required: boolean, before: Reading): Field {
  const followed = follow(raw, before.root, before.trail);
  const { schema: bare, nullable } = withoutNull(followed?.schema ?? {});
  // What was behind "or null" may be a reference itself.
  const again = followed && bare.$ref !== undefined ? follow(bare, before.root, followed.trail) : followed;
  const schema = again && bare.$ref !== undefined ? again.schema : bare;
  const base = common(key, followed ? schema : raw, required, nullable);
  before.budget.left -= 1;
  if (!followed || !again || before.depth > DEEPEST || before.budget.left < 0) return { ...base, kind: "json" };
  return byMeaning(base, schema, { ...before, trail: again.trail, depth: before.depth + 1 });
}

function byMeaning(base: Common, schema: Schema, at: Reading): Field {
  if (schema.const !== undefined) return { ...base, kind: "const", value: schema.const, initial: schema.const };
  if (Array.isArray(schema.enum)) return enumField(base, schema.enum);
  const branches = branchesOf(schema);
  if (isSchema(schema.properties) && !branches?.some((branch) => branch.properties !== undefined))
    return objectField(base, schema, at);
  if (branches) return choiceField(base, schema, branches, at);
  const types = typesOf(schema);
  if (types.length > 1)
    return choiceField(
      base,
      schema,
      types.map((type) => ({ type })),
      at,
    );
  switch (types[0]) {
    case "string":
      return textField(base, schema);
    case "integer":
    case "number":
      return numberField(base, schema, types[0] === "integer");
    case "boolean":
      return { ...base, kind: "boolean" };
    case "array":
      return listField(base, schema, at);
    case "object":
      return objectField(base, schema, at);
    default:
      return { ...base, kind: "json" };
  }
}

export function common(key: string, schema: Schema, required: boolean, nullable: boolean): Common {
  const examples = Array.isArray(schema.examples) ? schema.examples.slice(0, 6) : [];
  const first = examples[0];
  return {
    key,
    title: plain(typeof schema.title === "string" ? schema.title : inWords(key), 120),
    description: typeof schema.description === "string" ? plain(schema.description, 600) : "",
    required,
    nullable,
    initial: schema.default,
    placeholder: typeof first === "string" || typeof first === "number" ? plain(String(first), 80) : "",
    examples,
  };
}

const LONG_TEXTS = new Set(["content", "stdin", "body", "script"]);
const PATHS = new Set(["path", "cwd", "directory"]);
const LOOKS: { [format: string]: Look } = {
  path: "path",
  secret: "secret",
  password: "secret",
  duration: "duration",
  multiline: "multiline",
  textarea: "multiline",
  "node-ref": "node",
  uri: "uri",
  url: "uri",
  iri: "uri",
  email: "email",
  "date-time": "moment",
  date: "date",
  time: "time",
};

export function textField(base: Common, schema: Schema): TextField {
  return {
    ...base,
    kind: "text",
    look: textLook(base.key, schema),
    minLength: number(schema.minLength),
    maxLength: number(schema.maxLength),
    pattern: typeof schema.pattern === "string" ? schema.pattern : null,
  };
}

function textLook(key: string, schema: Schema): Look {
  if (schema.writeOnly === true) return "secret";
  const named = typeof schema.format === "string" ? LOOKS[schema.format] : undefined;
  if (named) return named;
  if (String(schema.contentMediaType ?? "").startsWith("text/")) return "multiline";
  return LONG_TEXTS.has(key) ? "multiline" : PATHS.has(key) ? "path" : "line";
}

export function numberField(base: Common, schema: Schema, integer: boolean): NumberField {
  const below = number(schema.exclusiveMinimum);
  const above = number(schema.exclusiveMaximum);
  return {
    ...base,
    kind: "number",
    integer,
    unit: schema.format === "duration" ? "s" : schema.format === "bytes" ? "bytes" : "",
    minimum: below ?? number(schema.minimum),
    maximum: above ?? number(schema.maximum),
    openBelow: below !== null,
    openAbove: above !== null,
    step: number(schema.multipleOf),
  };
}

export function enumField(base: Common, values: readonly JsonValue[]): Field {
  if (values.length > MOST_OPTIONS) return { ...base, kind: "json" };
  return { ...base, kind: "enum", options: values.map((value) => option(value)) };
}

export function option(value: JsonValue, title?: JsonValue, hint?: JsonValue): Option {
  const label = typeof title === "string" ? title : typeof value === "string" ? value : JSON.stringify(value);
  const said = typeof hint === "string" && hint !== "" ? { hint: plain(hint, 120) } : {};
  return { value, label: plain(label, 120) || "\u2009", ...said };
}

function objectField(base: Common, schema: Schema, at: Reading): Field {
  const names = isSchema(schema.properties) ? Object.keys(schema.properties) : [];
  if (names.length > MOST_BESIDE) return { ...base, kind: "json" };
  const extra = extraOf(schema, names.length === 0, at);
  if (names.length === 0 && extra) return { ...base, kind: "rows", value: extra };
  if (names.length === 0 && schema.additionalProperties !== false && !isSchema(schema.properties))
    return { ...base, kind: "json" };
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const alternatives = alternativesOf(schema);
  const either = new Set(alternatives.flat());
  const fields = names.map((key) => {
    const raw = (schema.properties as Schema)[key];
    return { ...readField(key, isSchema(raw) ? raw : {}, required.has(key), at), either: either.has(key) };
  });
  return { ...base, kind: "object", fields, alternatives, extra };
}

/** What a free name may hold; null: there are none, or nothing is said of them. */
function extraOf(schema: Schema, alone: boolean, at: Reading): Field | null {
  const patterns = isSchema(schema.patternProperties) ? Object.values(schema.patternProperties) : [];
  const value = isSchema(schema.additionalProperties)
    ? schema.additionalProperties
    : alone && patterns.length === 1 && isSchema(patterns[0])
      ? patterns[0]
      : null;
  return value === null ? null : readField("", value, true, at);
}

function alternativesOf(schema: Schema): string[][] {
  const branches = branchesOf(schema) ?? [];
  const sets = branches.map((branch) => (Array.isArray(branch.required) ? branch.required : null));
  return sets.every((set) => set !== null) ? sets.map((set) => set.filter((key) => typeof key === "string")) : [];
}

function branchesOf(schema: Schema): Schema[] | null {
  const list = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : null;
  return list === null ? null : list.filter(isSchema);
}

/** Consts (schemars writes documented enums so) become an enum; everything else becomes branches. */
function choiceField(base: Common, schema: Schema, raw: readonly Schema[], at: Reading): Field {
  if (raw.length === 0 || raw.length > MOST_OPTIONS) return { ...base, kind: "json" };
  const { oneOf: _one, anyOf: _any, title: _title, description: _description, default: _default, ...outer } = schema;
  const schemas = raw.map((branch) => follow(branch, at.root, at.trail)?.schema ?? {});
  if (schemas.every((branch) => branch.const !== undefined)) {
    const options = schemas.map((branch) => option(branch.const as JsonValue, branch.title, branch.description));
    return { ...base, kind: "enum", options };
  }
  if (schemas.length > MOST_BRANCHES) return { ...base, kind: "json" };
  const branches = raw.map((branch, i) => {
    const field = readField(base.key, joined(outer, branch), true, at);
    return { label: branchLabel(schemas[i] ?? {}, field), field: { ...field, required: true } };
  });
  return { ...base, kind: "choice", branches };
}

/** What the schema calls it; null: nothing, so we have to. */
function branchLabel(schema: Schema, field: Field): string | null {
  if (typeof schema.title === "string") return plain(schema.title, 80);
  if (field.kind === "object") {
    const told = field.fields.find((one) => one.kind === "const");
    if (told?.kind === "const" && typeof told.value === "string") return plain(inWords(told.value), 80);
    const [first] = field.fields;
    if (first?.required) return first.title;
  }
  if (field.kind === "const") return plain(String(field.value), 80);
  return null;
}

export function number(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function isEnum(field: Field): field is EnumField {
  return field.kind === "enum";
}

function inWords(key: string): string {
  const words = key
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words === "" ? "" : words.charAt(0).toUpperCase() + words.slice(1);
}
