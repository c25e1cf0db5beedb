/**
 * What the operator has typed so far. A draft keeps texts as typed (also half a number); `toParameters` turns it into
 * the JSON that is sent, leaving out what was left empty and need not be there.
 * Not here: judging it (validate.ts).
 */
import type { JsonValue } from "../../bridge/types";
import type { ChoiceField, Field, ObjectField } from "./schema";
import { isSchema } from "./schema";

/** Per field: text, boolean, a nested draft, or for a choice the branch and its draft. */
export type Draft = { [key: string]: DraftValue };
export type DraftValue = string | boolean | Draft | { branch: number; drafts: Draft[] };

export function emptyDraft(form: ObjectField, from?: JsonValue): Draft {
  const given = from !== undefined && isSchema(from) ? from : {};
  return Object.fromEntries(form.fields.map((field) => [field.key, draftOf(field, given[field.key] ?? field.initial)]));
}

function draftOf(field: Field, value: JsonValue | undefined): DraftValue {
  switch (field.kind) {
    case "boolean":
      return value === true;
    case "object":
      return emptyDraft(field, value);
    case "choice":
      return choiceDraft(field, value);
    case "list":
      return Array.isArray(value) ? value.join("\n") : "";
    case "map":
      return value !== undefined && isSchema(value) ? mapText(value) : "";
    case "enum":
      return value === undefined
        ? field.required
          ? JSON.stringify(field.options[0]?.value ?? null)
          : ""
        : JSON.stringify(value);
    case "const":
      return "";
    case "json":
      return value === undefined ? "" : JSON.stringify(value, null, 2);
    default:
      return value === undefined || value === null ? "" : String(value);
  }
}

function choiceDraft(field: ChoiceField, value: JsonValue | undefined): { branch: number; drafts: Draft[] } {
  const fits = (branch: { field: ObjectField }) =>
    value !== undefined &&
    isSchema(value) &&
    branch.field.fields.every((f) => f.kind !== "const" || f.value === value[f.key]);
  const branch = Math.max(0, field.branches.findIndex(fits));
  return { branch, drafts: field.branches.map((b, i) => emptyDraft(b.field, i === branch ? value : undefined)) };
}

export function isChoice(value: DraftValue | undefined): value is { branch: number; drafts: Draft[] } {
  return typeof value === "object" && Array.isArray((value as { drafts?: unknown }).drafts);
}

/** Texts that are no numbers or no JSON stay texts; the validation then says so beside the field. */
export function toParameters(form: ObjectField, draft: Draft): { [key: string]: JsonValue } {
  const out: { [key: string]: JsonValue } = {};
  for (const field of form.fields) {
    const value = jsonOf(field, draft[field.key]);
    if (value !== undefined) out[field.key] = value;
  }
  return out;
}

function jsonOf(field: Field, value: DraftValue | undefined): JsonValue | undefined {
  if (field.kind === "const") return field.value;
  if (field.kind === "boolean")
    return value === true ? true : field.required || field.initial !== undefined ? false : undefined;
  if (field.kind === "object") {
    const inner = toParameters(field, (value as Draft) ?? {});
    return Object.keys(inner).length === 0 && !field.required ? undefined : inner;
  }
  if (field.kind === "choice") {
    if (!isChoice(value)) return undefined;
    const branch = field.branches[value.branch];
    return branch ? toParameters(branch.field, value.drafts[value.branch] ?? {}) : undefined;
  }
  const text = typeof value === "string" ? value : "";
  if (text === "") return undefined;
  switch (field.kind) {
    case "number":
      return Number.isFinite(Number(text)) && text.trim() !== "" ? Number(text) : text;
    case "list":
      return text.split("\n").filter((line) => line !== "");
    case "map":
      return mapOf(text);
    case "enum":
    case "json":
      return parsed(text);
    default:
      return text;
  }
}

function mapText(map: { [key: string]: JsonValue }): string {
  return Object.entries(map)
    .map(([name, text]) => `${name}=${text}`)
    .join("\n");
}

/** One NAME=value in each line; a line without "=" is kept as it is, so that the validation refuses it. */
function mapOf(text: string): JsonValue {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.some((line) => line.indexOf("=") < 1)) return text;
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1)]),
  );
}

/** The same parameters with secrets blanked, for the one line that says what was run. */
export function withoutSecrets(
  form: ObjectField,
  parameters: { [key: string]: JsonValue },
): { [key: string]: JsonValue } {
  const shown = { ...parameters };
  for (const field of form.fields) {
    const value = shown[field.key];
    if (value === undefined) continue;
    if (field.kind === "text" && field.look === "secret") shown[field.key] = "•••";
    else if (field.kind === "object" && isSchema(value)) shown[field.key] = withoutSecrets(field, value);
    else if (field.kind === "choice" || field.kind === "map") shown[field.key] = "…";
  }
  return shown;
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
