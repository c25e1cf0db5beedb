/**
 * Reads an array of a schema: texts as lines, numbers and the like as chips, some out of a few as picks, anything else
 * as cards. Not here: everything else of a schema (schema.ts).
 */
import type { Bounds, Common, Field } from "./form";
import { isSchema, type Schema } from "./refs";
import { isEnum, number, type Reading, readField } from "./schema";

export function listField(base: Common, schema: Schema, at: Reading): Field {
  // A tuple has a meaning for each place, which no list can show.
  if (!isSchema(schema.items) || Array.isArray(schema.prefixItems)) return { ...base, kind: "json" };
  const item = readField("", schema.items, true, at);
  const bounds: Bounds = { least: number(schema.minItems), most: number(schema.maxItems) };
  const unique = schema.uniqueItems === true;
  if (item.nullable) return { ...base, kind: "cards", item, ...bounds };
  if (isEnum(item) && (unique || (bounds.most ?? Number.POSITIVE_INFINITY) >= item.options.length))
    return { ...base, kind: "picks", options: item.options, ...bounds };
  if (item.kind === "number") return { ...base, kind: "chips", item, unique, ...bounds };
  if (item.kind === "text") {
    if (item.look === "path" || item.look === "line")
      return unique && item.look === "line"
        ? { ...base, kind: "chips", item, unique, ...bounds }
        : { ...base, kind: "lines", path: item.look === "path", ...bounds };
    if (item.look === "node" || item.look === "uri" || item.look === "email" || item.look === "date")
      return { ...base, kind: "chips", item, unique, ...bounds };
  }
  if (item.kind === "json" || item.kind === "const") return { ...base, kind: "json" };
  return { ...base, kind: "cards", item, ...bounds };
}
