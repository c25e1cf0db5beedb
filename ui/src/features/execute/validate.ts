/**
 * Checks parameters against the method's schema before anything is sent, and tells each problem beside its field.
 * The node checks again; this is for the operator's sake. Interprets the schema, so no code is generated (strict CSP).
 */
import { Validator } from "@cfworker/json-schema";
import type { JsonValue } from "../../bridge/types";
import type { Field, ObjectField } from "./schema";
import { isSchema } from "./schema";

/** Field path ("a/b") to one sentence; "" holds what belongs to no field. */
export type Problems = ReadonlyMap<string, string>;

export function validate(schema: JsonValue, form: ObjectField, parameters: JsonValue): Problems {
  const problems = new Map<string, string>();
  missing(form, parameters, "", problems);
  oneOfEach(form, parameters, problems);
  if (!isSchema(schema)) return problems;
  let errors: { keyword: string; instanceLocation: string; error: string }[];
  try {
    errors = new Validator(withoutOurFormats(schema) as object, "2020-12", false).validate(parameters).errors;
  } catch {
    return problems;
  }
  for (const error of errors) {
    const path = error.instanceLocation.replace(/^#\/?/, "").replace(/~1/g, "/").replace(/~0/g, "~");
    const at = nearest(form, path);
    if (at === "" && form.alternatives.length > 0 && ABOUT_ALTERNATIVES.has(error.keyword)) continue;
    if (
      WRAPPERS.has(error.keyword) ||
      problems.has(at) ||
      [...problems.keys()].some((known) => known !== "" && known.startsWith(`${at}/`))
    )
      continue;
    problems.set(at, inWords(error.keyword, error.error, fieldAt(form, at)));
  }
  return problems;
}

/** These only say that something inside them is wrong. */
const WRAPPERS = new Set(["properties", "required", "items", "$ref", "allOf", "if"]);

function missing(form: ObjectField, parameters: JsonValue, prefix: string, problems: Map<string, string>): void {
  const given = isSchema(parameters) ? parameters : {};
  for (const field of form.fields) {
    const path = prefix === "" ? field.key : `${prefix}/${field.key}`;
    const value = given[field.key];
    if (value === undefined) {
      if (field.required && field.kind !== "const") problems.set(path, "This is needed.");
    } else if (field.kind === "object") missing(field, value, path, problems);
    else if (field.kind === "choice") {
      const branch = field.branches.find((b) =>
        b.field.fields.every((f) => f.kind !== "const" || (isSchema(value) && value[f.key] === f.value)),
      );
      if (branch) missing(branch.field, value, path, problems);
    }
  }
}

/** Told by `oneOfEach`, beside the field that it is about. */
const ABOUT_ALTERNATIVES = new Set(["oneOf", "required"]);

/** "Either this or that": none given, or more than one. */
function oneOfEach(form: ObjectField, parameters: JsonValue, problems: Map<string, string>): void {
  const given = isSchema(parameters) ? parameters : {};
  const titles = form.alternatives.map((set) => set.map((key) => fieldAt(form, key)?.title ?? key).join(" and "));
  const chosen = form.alternatives.filter((set) => set.every((key) => given[key] !== undefined));
  if (form.alternatives.length === 0 || chosen.length === 1) return;
  const at = (chosen[1] ?? form.alternatives[0])?.[0] ?? "";
  problems.set(
    at,
    chosen.length === 0 ? `${titles.join(" or ")} is needed.` : `Give either ${titles.join(" or ")}, not both.`,
  );
}

function inWords(keyword: string, error: string, field: Field | undefined): string {
  switch (keyword) {
    case "type":
      if (field?.kind === "number") return field.integer ? "A whole number is needed." : "A number is needed.";
      if (field?.kind === "map") return "One NAME=value in each line is needed.";
      return field?.kind === "json" ? "This is not JSON of the right kind." : "This has the wrong type.";
    case "minimum":
      return `Must be at least ${field?.kind === "number" ? field.minimum : "more"}.`;
    case "maximum":
      return `Must be at most ${field?.kind === "number" ? field.maximum : "less"}.`;
    case "exclusiveMinimum":
      return "Must be more than that.";
    case "exclusiveMaximum":
      return "Must be less than that.";
    case "minLength":
    case "minItems":
      return "This is too short.";
    case "maxLength":
    case "maxItems":
      return "This is too long.";
    case "pattern":
      return "This does not have the form that the node expects.";
    case "enum":
    case "const":
      return "This is none of the values that the node knows.";
    default:
      return error.replace(/^Property /, "").slice(0, 200);
  }
}

/** The longest part of a path that is a field of the form. */
function nearest(form: ObjectField, path: string): string {
  let parts = path === "" ? [] : path.split("/");
  while (parts.length > 0 && !fieldAt(form, parts.join("/"))) parts = parts.slice(0, -1);
  return parts.join("/");
}

function fieldAt(form: ObjectField, path: string): Field | undefined {
  let fields: readonly Field[] = form.fields;
  let found: Field | undefined;
  for (const part of path.split("/")) {
    found = fields.find((field) => field.key === part);
    if (!found) return undefined;
    fields =
      found.kind === "object"
        ? found.fields
        : found.kind === "choice"
          ? found.branches.flatMap((b) => b.field.fields)
          : [];
  }
  return found;
}

/** `format` names here guide the form only ("duration" of the standard is another one), so they are not checked. */
function withoutOurFormats(schema: JsonValue, isMap = false): JsonValue {
  if (Array.isArray(schema)) return schema.map((item) => withoutOurFormats(item));
  if (!isSchema(schema)) return schema;
  const entries = Object.entries(schema).filter(([key]) => isMap || key !== "format");
  return Object.fromEntries(
    entries.map(([key, value]) => [key, withoutOurFormats(value, !isMap && (key === "properties" || key === "$defs"))]),
  );
}
