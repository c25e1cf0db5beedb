/**
 * Reads a JSON Schema into the fields that the form can draw: string (also multi-line, path, secret), number, integer
 * (also duration, bytes), boolean, enum, const, array of strings, object, and oneOf whose branches differ by a const.
 * Whatever else a schema says becomes one field of raw JSON, so that no method is out of reach.
 * Not here: validation (validate.ts), drawing (fields/).
 */
import type { JsonValue } from "../../bridge/types";

export type Schema = { [key: string]: JsonValue };

type Common = { key: string; title: string; description: string; required: boolean; initial: JsonValue | undefined };
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
export type ObjectField = Common & { kind: "object"; fields: Field[] };
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
  | ChoiceField
  | JsonField;

const DEEPEST = 6;

/** The form of a method: always an object, however odd its schema is. */
export function readForm(schema: JsonValue): ObjectField {
  const root = isSchema(schema) ? schema : {};
  const field = readField("", root, true, root, 0);
  if (field.kind === "object") return field;
  return { ...common("", root, true), kind: "object", fields: [] };
}

function readField(key: string, raw: Schema, required: boolean, root: Schema, depth: number): Field {
  const schema = flatten(resolve(raw, root), root);
  const base = common(key, schema, required);
  if (depth > DEEPEST) return { ...base, kind: "json" };
  if (schema.const !== undefined) return { ...base, kind: "const", value: schema.const, initial: schema.const };
  if (Array.isArray(schema.enum)) return enumField(base, schema.enum);
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
  };
}

function textField(base: Common, schema: Schema): TextField {
  const format = String(schema.format ?? "");
  const media = String(schema.contentMediaType ?? "");
  const look =
    format === "multiline" || format === "textarea" || media.startsWith("text/")
      ? "multiline"
      : format === "path" || format === "secret" || format === "duration"
        ? format
        : format === "password" || schema.writeOnly === true
          ? "secret"
          : "line";
  return { ...base, kind: "text", look, maxLength: typeof schema.maxLength === "number" ? schema.maxLength : null };
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

function objectField(base: Common, schema: Schema, root: Schema, depth: number): ObjectField {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const fields = properties.map(([key, raw]) =>
    readField(key, isSchema(raw) ? raw : {}, required.has(key), root, depth + 1),
  );
  return { ...base, kind: "object", fields };
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
