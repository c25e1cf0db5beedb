/**
 * What a form can be made of: one kind of field for each thing that a JSON Schema can ask for. Plain data.
 * Not here: reading a schema (schema.ts), what was typed (draft.ts), drawing (fields).
 */
import type { JsonValue } from "../../bridge/types";

export type Common = {
  key: string;
  title: string;
  description: string;
  required: boolean;
  /** It may be null, which is something else than left out. */
  nullable: boolean;
  initial: JsonValue | undefined;
  placeholder: string;
  examples: readonly JsonValue[];
  /** One of several alternatives: neither needed nor optional by itself. */
  either?: boolean;
};

export type Look =
  | "line"
  | "multiline"
  | "path"
  | "secret"
  | "duration"
  | "node"
  | "uri"
  | "email"
  | "moment"
  | "date"
  | "time";
export type Option = { value: JsonValue; label: string; hint?: string };
export type Bounds = { least: number | null; most: number | null };

export type TextField = Common & {
  kind: "text";
  look: Look;
  minLength: number | null;
  maxLength: number | null;
  pattern: string | null;
};
export type NumberField = Common & {
  kind: "number";
  integer: boolean;
  unit: "" | "s" | "bytes";
  minimum: number | null;
  maximum: number | null;
  /** The bound itself does not count. */
  openBelow: boolean;
  openAbove: boolean;
  step: number | null;
};
export type BooleanField = Common & { kind: "boolean" };
export type EnumField = Common & { kind: "enum"; options: readonly Option[] };
export type ConstField = Common & { kind: "const"; value: JsonValue };
/** Texts, one in each line. */
export type LinesField = Common & { kind: "lines"; path: boolean } & Bounds;
/** Numbers, nodes and the like, one beside the other. */
export type ChipsField = Common & { kind: "chips"; item: NumberField | TextField; unique: boolean } & Bounds;
/** Some out of a few. */
export type PicksField = Common & { kind: "picks"; options: readonly Option[] } & Bounds;
/** Anything else that there may be several of. */
export type CardsField = Common & { kind: "cards"; item: Field } & Bounds;
/** Free names with a value each, such as environment variables. */
export type RowsField = Common & { kind: "rows"; value: Field };
/** `alternatives`: exactly one of these sets of properties has to be given. `extra`: free names beside the known ones. */
export type ObjectField = Common & {
  kind: "object";
  fields: readonly Field[];
  alternatives: readonly (readonly string[])[];
  extra: Field | null;
};
/** Without a label the schema calls it nothing, so what kind of thing it is has to do. */
export type Branch = { label: string | null; field: Field };
export type ChoiceField = Common & { kind: "choice"; branches: readonly Branch[] };
/** What the form does not understand, or what would be too much of it. */
export type JsonField = Common & { kind: "json" };

export type Field =
  | TextField
  | NumberField
  | BooleanField
  | EnumField
  | ConstField
  | LinesField
  | ChipsField
  | PicksField
  | CardsField
  | RowsField
  | ObjectField
  | ChoiceField
  | JsonField;

/** The form of a method. As a JSON field it can only be written as JSON: it says nothing, or far too much. */
export type Form = ObjectField | ChoiceField | RowsField | JsonField;

/** Names as they stand in the paths of problems, like in a JSON pointer. */
export function inPath(key: string): string {
  return key.replace(/~/g, "~0").replace(/\//g, "~1");
}

export function under(path: string, key: string | number): string {
  const last = inPath(String(key));
  return path === "" ? last : `${path}/${last}`;
}
