/**
 * What the operator has typed so far. A draft keeps texts as typed (also half a number); `toJson` turns it into the
 * JSON that is sent, leaving out what was left empty and need not be there, and `draftOf` goes the other way.
 * Not here: judging it (validate.ts), keeping it (drafts.ts).
 */
import type { JsonValue } from "../../bridge/types";
import type { ChoiceField, Field, ObjectField } from "./form";
import { momentOf } from "./moment";
import { bytesOf, plainNumber, secondsOf } from "./quantity";
import { isSchema } from "./refs";

/** Keys tell rows and cards apart while they move. */
export type Entry = { key: number; value: Draft };
export type Row = { key: number; name: string; value: Draft };
export type Fields = { [key: string]: Draft };
/** undefined: it is not there at all; null: it is null. Which of the shapes it is follows from its field. */
export type Draft =
  | undefined
  | null
  | string
  | boolean
  | readonly string[]
  | { fields: Fields; rows: readonly Row[] }
  | { branch: number; drafts: readonly Draft[] }
  | { items: readonly Entry[] }
  | { rows: readonly Row[] };

let lastKey = 0;
export function freshKey(): number {
  lastKey += 1;
  return lastKey;
}

/** With `exact` only what the value says is filled in; else what the schema proposes too. */
export function draftOf(field: Field, value: JsonValue | undefined, exact = false): Draft {
  const given = value === undefined && !exact ? field.initial : value;
  if (given === null && field.nullable) return field.required || value === null ? null : nothing(field);
  switch (field.kind) {
    case "object":
      return objectDraft(field, given, exact);
    case "choice":
      return choiceDraft(field, given, exact);
    case "rows":
      return { rows: given !== undefined && isSchema(given) ? rowsOf(given, field.value, exact) : [] };
    case "cards":
      return {
        items: Array.isArray(given) ? given.map((one) => entry(draftOf(field.item, one, exact))) : blanks(field),
      };
    case "lines":
      return Array.isArray(given) ? given.map((one) => text(one)).join("\n") : "";
    case "chips":
      return Array.isArray(given) ? given.map((one) => text(one)) : [];
    case "picks":
      return Array.isArray(given) ? given.map((one) => JSON.stringify(one)) : [];
    case "boolean":
      return typeof given === "boolean" ? given : field.required ? false : "";
    case "enum":
      return given === undefined ? nothing(field) : JSON.stringify(given);
    case "json":
      return given === undefined ? "" : JSON.stringify(given, null, 2);
    case "const":
      return "";
    case "text":
    case "number":
      return given === undefined || given === null ? "" : text(given);
  }
}

export function emptyDraft(field: Field): Draft {
  return draftOf(field, undefined);
}

/** What was put in front of the operator to fill in, though the schema proposes nothing. */
export function begun(field: Field): Draft {
  const draft = emptyDraft(field.kind === "object" || field.kind === "choice" ? { ...field, required: true } : field);
  return draft ?? "";
}

export function entry(value: Draft): Entry {
  return { key: freshKey(), value };
}

function nothing(field: Field): Draft {
  if (field.kind === "enum") return field.required ? JSON.stringify(field.options[0]?.value ?? null) : "";
  return field.kind === "object" || field.kind === "choice"
    ? undefined
    : draftOf({ ...field, initial: undefined }, undefined);
}

function blanks(field: { least: number | null; item: Field; required: boolean }): Entry[] {
  const count = field.required ? Math.min(field.least ?? 0, 3) : 0;
  return Array.from({ length: count }, () => entry(begun(field.item)));
}

function objectDraft(field: ObjectField, value: JsonValue | undefined, exact: boolean): Draft {
  if (value === undefined && !field.required) return undefined;
  const given = value !== undefined && isSchema(value) ? value : {};
  const fields = field.fields.map((one): [string, Draft] => [
    one.key,
    draftOf(one, Object.hasOwn(given, one.key) ? given[one.key] : undefined, exact),
  ]);
  const known = new Set(field.fields.map((one) => one.key));
  const rest = Object.fromEntries(Object.entries(given).filter(([key]) => !known.has(key)));
  return { fields: Object.fromEntries(fields), rows: field.extra ? rowsOf(rest, field.extra, exact) : [] };
}

function rowsOf(map: { [key: string]: JsonValue }, value: Field, exact: boolean): Row[] {
  return Object.entries(map).map(([name, one]) => ({ key: freshKey(), name, value: draftOf(value, one, exact) }));
}

function choiceDraft(field: ChoiceField, value: JsonValue | undefined, exact: boolean): Draft {
  if (value === undefined && !field.required) return undefined;
  const fitting = value === undefined ? 0 : field.branches.findIndex((branch) => fits(branch.field, value));
  const branch = Math.max(0, fitting);
  return {
    branch,
    drafts: field.branches.map((one, i) => draftOf(one.field, i === branch ? value : undefined, i === branch && exact)),
  };
}

/** Whether a value looks like one of this field. */
export function fits(field: Field, value: JsonValue): boolean {
  switch (field.kind) {
    case "object":
      return (
        isSchema(value) &&
        field.fields.every((one) =>
          one.kind === "const" ? value[one.key] === one.value : !one.required || Object.hasOwn(value, one.key),
        )
      );
    case "const":
      return JSON.stringify(value) === JSON.stringify(field.value);
    case "enum":
      return field.options.some((option) => JSON.stringify(option.value) === JSON.stringify(value));
    case "choice":
      return field.branches.some((branch) => fits(branch.field, value));
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number" && (!field.integer || Number.isInteger(value));
    case "boolean":
      return typeof value === "boolean";
    case "rows":
      return isSchema(value);
    case "json":
      return true;
    default:
      return Array.isArray(value);
  }
}

/** Texts that are no numbers or no JSON stay texts; the validation then says so beside the field. */
export function toJson(field: Field, draft: Draft, now = Date.now()): JsonValue | undefined {
  if (field.kind === "const") return field.value;
  if (draft === undefined) return undefined;
  if (draft === null) return null;
  if (typeof draft === "boolean") return draft;
  if (typeof draft === "string") return ofText(field, draft, now);
  if (isTexts(draft)) return ofTexts(field, draft, now);
  if ("branch" in draft) {
    const branch = field.kind === "choice" ? field.branches[draft.branch] : undefined;
    return branch ? toJson(branch.field, draft.drafts[draft.branch], now) : undefined;
  }
  if ("items" in draft) {
    if (field.kind !== "cards") return undefined;
    const items = draft.items.map(({ value }) => toJson(field.item, value, now) ?? blank(field.item));
    return items.length > 0 || field.required ? items : undefined;
  }
  if ("fields" in draft) return field.kind === "object" ? ofFields(field, draft, now) : undefined;
  if (field.kind !== "rows") return undefined;
  const map = ofRows(field.value, draft.rows, now);
  return Object.keys(map).length > 0 || field.required || proposes(field) ? map : undefined;
}

/** The schema proposes something, so that nothing at all has to be said. */
function proposes(field: Field): boolean {
  const { initial } = field;
  return initial !== undefined && initial !== null && typeof initial === "object" && Object.keys(initial).length > 0;
}

export function isTexts(draft: Draft): draft is readonly string[] {
  return Array.isArray(draft);
}

function ofFields(field: ObjectField, draft: { fields: Fields; rows: readonly Row[] }, now: number): JsonValue {
  const out: { [key: string]: JsonValue } = field.extra ? ofRows(field.extra, draft.rows, now) : {};
  for (const one of field.fields) {
    const value = toJson(one, draft.fields[one.key], now);
    if (value !== undefined) out[one.key] = value;
  }
  return out;
}

function ofRows(value: Field, rows: readonly Row[], now: number): { [key: string]: JsonValue } {
  const named = rows.filter((row) => row.name.trim() !== "");
  return Object.fromEntries(named.map((row) => [row.name.trim(), toJson(value, row.value, now) ?? blank(value)]));
}

/** What an entry that is there but empty stands for. */
function blank(field: Field): JsonValue {
  return field.kind === "object" || field.kind === "rows" ? {} : field.kind === "cards" ? [] : "";
}

function ofTexts(field: Field, texts: readonly string[], now: number): JsonValue | undefined {
  if (texts.length === 0 && !field.required && !proposes(field)) return undefined;
  if (field.kind === "picks") return texts.map((one) => parsed(one));
  return field.kind === "chips" ? texts.map((one) => ofText(field.item, one, now) ?? "") : undefined;
}

function ofText(field: Field, typed: string, now: number): JsonValue | undefined {
  if (typed === "") return ofNothing(field);
  switch (field.kind) {
    case "number":
      return numberIn(field.unit, typed) ?? typed;
    case "lines":
      return typed.split("\n").filter((line) => line !== "");
    case "enum":
    case "json":
      return parsed(typed);
    case "text":
      return field.look === "moment" ? (momentOf(typed, now) ?? typed) : typed;
    default:
      return typed;
  }
}

/** Nothing typed is nothing said, except where an empty text is one, and where the schema proposes more than that. */
function ofNothing(field: Field): JsonValue | undefined {
  if (field.kind === "lines") return field.required || proposes(field) ? [] : undefined;
  if (field.kind === "text" && field.look === "multiline" && field.required && !field.minLength) return "";
  return undefined;
}

export function numberIn(unit: "" | "s" | "bytes", typed: string): number | null {
  return unit === "s" ? secondsOf(typed) : unit === "bytes" ? bytesOf(typed) : plainNumber(typed);
}

function text(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parsed(typed: string): JsonValue {
  try {
    return JSON.parse(typed) as JsonValue;
  } catch {
    return typed;
  }
}
