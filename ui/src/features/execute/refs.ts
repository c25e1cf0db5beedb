/**
 * The ways of a schema to say a thing somewhere else: $ref, allOf, and "or null". Whatever refers to itself ends here,
 * and how much there is of a schema is measured before anybody walks through all of it.
 * Not here: what a schema means for a form (schema.ts).
 */
import type { JsonValue } from "../../bridge/types";

export type Schema = { [key: string]: JsonValue };

export function isSchema(value: JsonValue | undefined): value is Schema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

const MOST_HOPS = 8;
const MOST_PARTS = 12;

/** A schema with its references followed; null: it leads back to where we are, or too far. */
export type Followed = { schema: Schema; trail: readonly string[] } | null;

export function follow(schema: Schema, root: Schema, trail: readonly string[], depth = 0): Followed {
  let current = schema;
  let walked = trail;
  for (let hops = 0; typeof current.$ref === "string"; hops++) {
    const ref = current.$ref;
    if (hops >= MOST_HOPS || walked.includes(ref)) return null;
    const target = pointed(ref, root);
    if (!target) return { schema: {}, trail: walked };
    walked = [...walked, ref];
    const { $ref: _ref, ...outer } = current;
    current = joined(target, outer);
  }
  return together(current, root, walked, depth);
}

/** `allOf` is one schema in parts. */
function together(schema: Schema, root: Schema, trail: readonly string[], depth: number): Followed {
  if (!Array.isArray(schema.allOf) || schema.allOf.length > MOST_PARTS || depth > MOST_HOPS) return { schema, trail };
  const { allOf, ...outer } = schema;
  let merged: Schema = {};
  let walked = trail;
  for (const part of allOf) {
    if (!isSchema(part)) continue;
    const followed = follow(part, root, walked, depth + 1);
    if (!followed) return null;
    walked = followed.trail;
    merged = joined(merged, followed.schema);
  }
  return { schema: joined(merged, outer), trail: walked };
}

/** The later one wins, except for what adds up. */
export function joined(a: Schema, b: Schema): Schema {
  const out = { ...a, ...b };
  if (isSchema(a.properties) && isSchema(b.properties)) out.properties = { ...a.properties, ...b.properties };
  if (Array.isArray(a.required) && Array.isArray(b.required)) out.required = [...a.required, ...b.required];
  return out;
}

/** `type: ["x", "null"]` and a branch that is null say "or nothing"; the rest is what it is about. */
export function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  if (Array.isArray(schema.type) && schema.type.includes("null")) {
    const types = schema.type.filter((type) => type !== "null");
    return { schema: { ...schema, type: types.length === 1 ? (types[0] as JsonValue) : types }, nullable: true };
  }
  for (const word of ["anyOf", "oneOf"] as const) {
    const list = schema[word];
    if (!Array.isArray(list)) continue;
    const rest = list.filter((branch) => !isSchema(branch) || (branch.type !== "null" && branch.const !== null));
    if (rest.length === list.length || rest.length === 0) continue;
    const { [word]: _list, ...outer } = schema;
    const [only] = rest;
    if (rest.length === 1 && isSchema(only)) return { schema: { ...only, ...outer }, nullable: true };
    return { schema: { ...outer, [word]: rest }, nullable: true };
  }
  if (Array.isArray(schema.enum) && schema.enum.includes(null) && schema.enum.length > 1)
    return { schema: { ...schema, enum: schema.enum.filter((value) => value !== null) }, nullable: true };
  return { schema, nullable: false };
}

export function typesOf(schema: Schema): string[] {
  if (typeof schema.type === "string") return [schema.type];
  if (Array.isArray(schema.type)) return schema.type.filter((type) => typeof type === "string");
  if (isSchema(schema.properties)) return ["object"];
  return isSchema(schema.items) ? ["array"] : [];
}

/** How many parts a schema has, counted no further than `most`. */
export function sizeOf(schema: JsonValue, most: number): number {
  const open: JsonValue[] = [schema];
  let size = 0;
  for (let next = open.pop(); next !== undefined && size < most; next = open.pop()) {
    size += 1;
    if (next === null || typeof next !== "object") continue;
    for (const part of Array.isArray(next) ? next : Object.values(next)) open.push(part);
  }
  return size + Math.min(open.length, most);
}

function pointed(ref: string, root: Schema): Schema | null {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return null;
  let target: JsonValue | undefined = root;
  for (const part of ref.slice(2).split("/")) {
    const key = part.replace(/~1/g, "/").replace(/~0/g, "~");
    target = isSchema(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return isSchema(target) ? target : null;
}
