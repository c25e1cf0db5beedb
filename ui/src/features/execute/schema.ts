/**
 * Reads a JSON Schema into the fields that the form can draw: string (also multi-line, path, secret), number, integer
 * (also duration, bytes), boolean, enum, const, array of strings, object, object of free names with strings, and oneOf
 * whose branches differ by a const. A oneOf that only says which properties are needed becomes `alternatives`.
 * Whatever else a schema says becomes one field of raw JSON, so that no method is out of reach.
 * Not here: validation (validate.ts), drawing (fields/).
 */
import type { JsonValue } from "../../bridge/types";

export type Schema = { [key: string]: JsonValue };

type Common = {
  key: string;
  title: string;
  description: string;
  required: boolean;
  initial: JsonValue | undefined;
  placeholder: string;
  /** One of several alternatives: neither needed nor optional by itself. */
  either?: boolean;
};
export type TextField = Common & {
  kind: "text";
  look: "line" | "multiline" | "path" | "secret" | "duration";
  maxLength: number | null;
};
export type NumberField = Common & {
  kind: "number";
  integer: boolean;
  unit: "" | "s" | "bytes";
  minimum: number | null;
  maximum: number | null;
};
export type BooleanField = Common & { kind: "boolean" };
export type EnumField = Common & { kind: "enum"; options: { value: JsonValue; label: string }[] };
export type ConstField = Common & { kind: "const"; value: JsonValue };
export type ListField = Common & { kind: "list"; path: boolean };
/** `alternatives`: exactly one of these sets of properties has to be given. */
export type ObjectField = Common & { kind: "object"; fields: Field[]; alternatives: string[][] };
/** Free names with a text each, such as environment variables. */
export type MapField = Common & { kind: "map" };
export type ChoiceField = Common & { kind: "choice"; branches: { label: string; field: ObjectField }[] };
export type JsonField = Common & { kind: "json" };
export type Field =
  | TextField
  | NumberField
  | BooleanField
  | EnumField
  | ConstField
  | ListField
  | ObjectField
  | MapField
  | ChoiceField
  | JsonField;

const DEEPEST = 6;

/** The form of a method: always an object, however odd its schema is. */
export function readForm(schema: JsonValue): ObjectField {
  const root = isSchema(schema) ? schema : {};
  const field = readField("", root, true, root, 0);
  if (field.kind === "object") return field;
  return { ...common("", root, true), kind: "object", fields: [], alternatives: [] };
}

/** What has to be seen at once, and what may wait behind a button. Optional fields alone: the first two are shown. */
export function arrange(form: ObjectField): { first: Field[]; more: Field[] } {
  const visible = form.fields.filter((field) => field.kind !== "const");
  const wanted = new Set(form.alternatives[0] ?? []);
  let first = visible.filter((field) => field.required || wanted.has(field.key));
  if (first.length === 0) first = visible.slice(0, 2);
  const more = visible.filter((field) => !first.includes(field));
  return more.length <= 1 ? { first: visible, more: [] } : { first, more };
}

function readField(key: string, raw: Schema, required: boolean, root: Schema, depth: number): Field {
  const schema = flatten(resolve(raw, root), root);
  const base = common(key, schema, required);
  if (depth > DEEPEST) return { ...base, kind: "json" };
  if (schema.const !== undefined) return { ...base, kind: "const", value: schema.const, initial: schema.const };
  if (Array.isArray(schema.enum)) return enumField(base, schema.enum);
  if (isSchema(schema.properties)) return objectField(base, schema, root, depth);
  const branches = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : null;
  if (branches) return choiceField(base, branches.filter(isSchema), root, depth);
  switch (typeName(schema)) {
    case "string":
      return textField(base, schema);
    case "integer":
    case "number":
      return numberField(base, schema);
    case "boolean":
      return { ...base, kind: "boolean" };
    case "array":
      return listField(base, schema, root);
    case "object":
      return objectField(base, schema, root, depth);
    default:
      return { ...base, kind: "json" };
  }
}

function common(key: string, schema: Schema, required: boolean): Common {
  return {
    key,
    title: typeof schema.title === "string" ? schema.title : inWords(key),
    description: typeof schema.description === "string" ? schema.description : "",
    required,
    initial: schema.default,
    placeholder: Array.isArray(schema.examples) && typeof schema.examples[0] === "string" ? schema.examples[0] : "",
  };
}

/** Names say what a format might: a spore's schemas are plain JSON Schema and need not know this form. */
const LONG_TEXTS = new Set(["content", "stdin", "body", "script"]);
const PATHS = new Set(["path", "cwd", "directory"]);

function textField(base: Common, schema: Schema): TextField {
  const maxLength = typeof schema.maxLength === "number" ? schema.maxLength : null;
  return { ...base, kind: "text", look: textLook(base.key, schema), maxLength };
}

function textLook(key: string, schema: Schema): TextField["look"] {
  const format = String(schema.format ?? "");
  if (format === "path" || format === "secret" || format === "duration") return format;
  if (format === "password" || schema.writeOnly === true) return "secret";
  if (format === "multiline" || format === "textarea" || String(schema.contentMediaType ?? "").startsWith("text/"))
    return "multiline";
  return LONG_TEXTS.has(key) ? "multiline" : PATHS.has(key) ? "path" : "line";
}

function numberField(base: Common, schema: Schema): NumberField {
  const unit = schema.format === "duration" ? "s" : schema.format === "bytes" ? "bytes" : "";
  return {
    ...base,
    kind: "number",
    integer: typeName(schema) === "integer",
    unit,
    minimum: typeof schema.minimum === "number" ? schema.minimum : null,
    maximum: typeof schema.maximum === "number" ? schema.maximum : null,
  };
}

function enumField(base: Common, values: JsonValue[]): EnumField {
  return {
    ...base,
    kind: "enum",
    options: values.map((value) => ({ value, label: typeof value === "string" ? value : JSON.stringify(value) })),
  };
}

function listField(base: Common, schema: Schema, root: Schema): Field {
  const items = isSchema(schema.items) ? resolve(schema.items, root) : {};
  if (typeName(items) !== "string") return { ...base, kind: "json" };
  return { ...base, kind: "list", path: items.format === "path" };
}

function objectField(base: Common, schema: Schema, root: Schema, depth: number): Field {
  const extra = schema.additionalProperties;
  if (!isSchema(schema.properties) && isSchema(extra)) {
    return { ...base, kind: typeName(resolve(extra, root)) === "string" ? "map" : "json" };
  }
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const alternatives = alternativesOf(schema);
  const either = new Set(alternatives.flat());
  const fields = properties.map(([key, raw]) => ({
    ...readField(key, isSchema(raw) ? raw : {}, required.has(key), root, depth + 1),
    either: either.has(key),
  }));
  return { ...base, kind: "object", fields, alternatives };
}

function alternativesOf(schema: Schema): string[][] {
  const branches = Array.isArray(schema.oneOf) ? schema.oneOf : [];
  const sets = branches.map((branch) =>
    isSchema(branch) && !branch.properties && Array.isArray(branch.required) ? branch.required : null,
  );
  return sets.every((set) => set !== null) ? sets.map((set) => set.filter((key) => typeof key === "string")) : [];
}

/** Consts (schemars writes documented enums so) become an enum; objects told apart by a const become branches. */
function choiceField(base: Common, raw: Schema[], root: Schema, depth: number): Field {
  const schemas = raw.map((schema) => flatten(resolve(schema, root), root));
  if (schemas.length > 0 && schemas.every((schema) => schema.const !== undefined)) {
    return {
      ...base,
      kind: "enum",
      options: schemas.map((s) => ({
        value: s.const as JsonValue,
        label: typeof s.title === "string" ? s.title : String(s.const),
      })),
    };
  }
  const branches = schemas.map((schema, i) => {
    const field = readField(base.key, schema, base.required, root, depth + 1);
    return { label: typeof schema.title === "string" ? schema.title : `Variant ${i + 1}`, field };
  });
  if (
    branches.length === 0 ||
    !branches.every((b) => b.field.kind === "object" && b.field.fields.some((f) => f.kind === "const"))
  ) {
    return { ...base, kind: "json" };
  }
  return { ...base, kind: "choice", branches: branches as { label: string; field: ObjectField }[] };
}

/** `anyOf`/`oneOf` with null and a `type` list with null mean "may be left out", which the form says by itself. */
function flatten(schema: Schema, root: Schema): Schema {
  const list = Array.isArray(schema.anyOf) ? schema.anyOf : Array.isArray(schema.oneOf) ? schema.oneOf : null;
  if (!list) return schema;
  const rest = list.filter(isSchema).filter((branch) => branch.type !== "null");
  const [only] = rest;
  if (rest.length !== 1 || !only) return schema;
  const { anyOf: _any, oneOf: _one, ...outer } = schema;
  return { ...resolve(only, root), ...outer };
}

function resolve(schema: Schema, root: Schema): Schema {
  let current = schema;
  for (let hops = 0; hops < 8 && typeof current.$ref === "string"; hops++) {
    const parts = current.$ref.startsWith("#/") ? current.$ref.slice(2).split("/") : [];
    let target: JsonValue | undefined = parts.length > 0 ? root : undefined;
    for (const part of parts)
      target = isSchema(target) ? target[part.replace(/~1/g, "/").replace(/~0/g, "~")] : undefined;
    if (!isSchema(target)) return {};
    const { $ref: _ref, ...outer } = current;
    current = { ...target, ...outer };
  }
  return current;
}

function typeName(schema: Schema): string {
  const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== "null") : schema.type;
  if (typeof type === "string") return type;
  return isSchema(schema.properties) ? "object" : "";
}

export function isSchema(value: JsonValue | undefined): value is Schema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function inWords(key: string): string {
  const words = key
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words === "" ? "" : words.charAt(0).toUpperCase() + words.slice(1);
}
