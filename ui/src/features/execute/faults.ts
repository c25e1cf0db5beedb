/**
 * Checks a value against a schema and tells each fault by its place in the value. Interprets the schema, so
 * no code is generated (strict CSP). Runs in the window for what is harmless, else in a worker.
 * Not here: words (faultWords.ts), what a form adds to it (validate.ts), when it is too costly (safety.ts).
 */
import { Validator } from "@cfworker/json-schema";
import type { JsonValue } from "../../bridge/types";
import { isSchema, type Schema } from "./refs";
import { readable } from "./safety";

/** `path` as in a JSON pointer without its first slash; `rule` is the keyword that is not kept. */
export type Fault = { path: string; rule: string; limit: JsonValue; error: string };

const MOST_FAULTS = 200;
/** Names that guide the form only ("duration" of the standard is another one). */
const OUR_FORMATS = new Set(["duration", "path", "secret", "bytes", "node-ref", "multiline", "password", "textarea"]);
/** Here keys are names of somebody, no keywords. */
const MAPS = new Set(["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"]);
/** Here nothing is a schema. */
const VALUES = new Set(["const", "enum", "default", "examples", "required"]);

/** Null: this schema cannot be used for checking. */
export function faultsIn(schema: JsonValue, value: JsonValue): Fault[] | null {
  if (!isSchema(schema)) return [];
  try {
    const checked = checkable(schema) as Schema;
    const { errors } = new Validator(checked as object, "2020-12", false).validate(value);
    return errors.slice(0, MOST_FAULTS).map((error) => ({
      path: error.instanceLocation.replace(/^#\/?/, ""),
      rule: error.keyword,
      limit: at(checked, error.keywordLocation),
      error: error.error,
    }));
  } catch {
    return null;
  }
}

/** What a keyword says, by the place that the validator tells; a step through $ref is none in the schema. */
function at(schema: Schema, location: string): JsonValue {
  let found: JsonValue | undefined = schema;
  for (const part of location.replace(/^#\/?/, "").split("/")) {
    const key = part.replace(/~1/g, "/").replace(/~0/g, "~");
    if (Array.isArray(found)) found = found[Number(key)];
    else if (!isSchema(found)) return null;
    else if (key === "$ref" && typeof found.$ref === "string") found = pointed(schema, found.$ref);
    else found = found[key];
  }
  return found ?? null;
}

function pointed(schema: Schema, ref: string): JsonValue | undefined {
  let found: JsonValue | undefined = schema;
  for (const part of ref.split("/").slice(1)) found = isSchema(found) ? found[part] : undefined;
  return found;
}

function checkable(schema: JsonValue, isMap = false): JsonValue {
  if (Array.isArray(schema)) return schema.map((item) => checkable(item));
  if (!isSchema(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      isMap ||
      ((key !== "format" || !OUR_FORMATS.has(String(value))) &&
        (key !== "pattern" || readable(value)) &&
        key !== "$id"),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [key, !isMap && VALUES.has(key) ? value : checkable(value, !isMap && MAPS.has(key))]),
  );
}
