/**
 * Judges what was typed and tells each problem beside its field: what only the form can know (a missing field, the same
 * name twice, either this or that), and what the schema says. The node checks again; this is for the operator's sake.
 * Not here: checking a value against a schema (faults.ts), where that is done (judge.ts).
 */
import type { JsonValue } from "../../bridge/types";
import { t } from "../../i18n";
import { type Draft, fits, isTexts, numberIn, type Row, toJson } from "./draft";
import type { Fault } from "./faults";
import { faultInWords } from "./faultWords";
import { type Field, type NumberField, type ObjectField, under } from "./form";
import { isSchema } from "./refs";

/** Field path ("a/b/0") to one sentence; "" holds what belongs to no field. */
export type Problems = ReadonlyMap<string, string>;

/** What the form itself knows to be wrong. */
export function ownProblems(form: Field, draft: Draft): Map<string, string> {
  const problems = new Map<string, string>();
  look(form, draft, "", problems);
  return problems;
}

/** Both together; the form's own words win, and what is wrong inside of something is told inside only. */
export function withFaults(form: Field, draft: Draft, own: Problems, faults: readonly Fault[]): Problems {
  const problems = new Map(own);
  const alternatives = form.kind === "object" && form.alternatives.length > 0;
  const value = toJson(form, draft) ?? null;
  const deepest = [...faults].sort((a, b) => depth(b.path) - depth(a.path));
  for (const fault of deepest) {
    if (WRAPPERS.has(fault.rule)) continue;
    const { path, field } = nearest(form, value, fault.path);
    if (path === "" && alternatives && ABOUT_ALTERNATIVES.has(fault.rule)) continue;
    if (fault.rule === "required" && isTold(problems, path)) continue;
    if (problems.has(path) || isTold(problems, path)) continue;
    problems.set(path, inWords(fault, field));
  }
  return problems;
}

/** These only say that something inside them is wrong. */
const WRAPPERS = new Set(["properties", "items", "prefixItems", "$ref", "allOf", "if", "dependentSchemas"]);
/** Told by `eitherOr`, beside the field that it is about. */
const ABOUT_ALTERNATIVES = new Set(["oneOf", "anyOf", "required"]);

function isTold(problems: Problems, path: string): boolean {
  return [...problems.keys()].some((known) => (path === "" ? known !== "" : known.startsWith(`${path}/`)));
}

function depth(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

type Told = Map<string, string>;

function look(field: Field, draft: Draft, path: string, told: Told): void {
  if (field.kind === "const" || draft === null) return;
  if (draft === undefined || toJson(field, draft) === undefined) {
    if (field.required && path !== "") told.set(path, t("This is needed."));
    else if (path === "" && field.kind === "object" && isObject(draft)) eitherOr(field, draft, told);
    if (field.required || draft === undefined) return;
  }
  if (field.kind === "number" && typeof draft === "string" && draft !== "") numeric(field, draft, path, told);
  else if (field.kind === "chips" && isTexts(draft)) {
    const { item } = field;
    if (item.kind === "number")
      draft.forEach((one) => {
        if (!told.has(path)) numeric(item, one, path, told);
      });
  } else if (field.kind === "json" && typeof draft === "string" && draft.trim() !== "" && jsonProblem(draft) !== null)
    told.set(path, t("This is no JSON: {{why}}", { why: jsonProblem(draft) ?? "" }));
  else inside(field, draft, path, told);
}

function inside(field: Field, draft: Draft, path: string, told: Told): void {
  if (typeof draft !== "object" || draft === null || isTexts(draft)) return;
  if ("fields" in draft && field.kind === "object") {
    for (const one of field.fields) look(one, draft.fields[one.key], under(path, one.key), told);
    if (field.extra) rows(field.extra, draft.rows, path, told, new Set(field.fields.map((one) => one.key)));
    eitherOr(field, draft, told, path);
  } else if ("branch" in draft && field.kind === "choice") {
    const branch = field.branches[draft.branch];
    if (branch)
      look({ ...branch.field, required: branch.field.kind === "object" }, draft.drafts[draft.branch], path, told);
  } else if ("items" in draft && field.kind === "cards")
    for (const [i, { value }] of draft.items.entries()) look(field.item, value, under(path, i), told);
  else if ("rows" in draft && field.kind === "rows") rows(field.value, draft.rows, path, told, new Set());
}

function rows(value: Field, list: readonly Row[], path: string, told: Told, taken: Set<string>): void {
  list.forEach((row, i) => {
    const name = row.name.trim();
    const at = under(path, `#${i}`);
    if (name === "") {
      if (toJson(value, row.value) !== undefined && row.value !== false) told.set(at, t("It needs a name."));
    } else if (taken.has(name)) told.set(at, t("{{name}} is there twice.", { name }));
    else look({ ...value, required: value.kind !== "text" }, row.value, under(path, name), told);
    taken.add(name);
  });
}

function isObject(draft: Draft): draft is { fields: { [key: string]: Draft }; rows: readonly Row[] } {
  return typeof draft === "object" && draft !== null && "fields" in draft;
}

/** "Either this or that": none given, or more than one. */
function eitherOr(field: ObjectField, draft: { fields: { [key: string]: Draft } }, told: Told, path = ""): void {
  const { alternatives, fields } = field;
  if (alternatives.length === 0) return;
  const given = (key: string) => {
    const one = fields.find((other) => other.key === key);
    return one !== undefined && toJson(one, draft.fields[key]) !== undefined;
  };
  const title = (key: string) => fields.find((one) => one.key === key)?.title ?? key;
  const chosen = alternatives.filter((set) => set.every(given));
  if (chosen.length === 1) return;
  const names = alternatives.map((set) => set.map(title).join(" + "));
  const list = names.join(` ${t("or")} `);
  const at = (chosen[1] ?? alternatives[0])?.[0] ?? "";
  told.set(
    at === "" ? path : under(path, at),
    chosen.length === 0
      ? t("{{names}} is needed.", { names: list })
      : t("Give either {{names}}, not both.", { names: list }),
  );
}

function numeric(field: NumberField, typed: string, path: string, told: Told): void {
  if (numberIn(field.unit, typed) !== null) return;
  const whole = /^[+-]?\d{16,}$/.test(typed.trim());
  const words = whole
    ? t("This number is too large to be sent as it is.")
    : field.unit === "s"
      ? t("A time is needed, like 90, 15 min or 1h30m.")
      : field.unit === "bytes"
        ? t("A size is needed, like 4096, 64 MiB or 1.5 GB.")
        : field.integer
          ? t("A whole number is needed.")
          : t("A number is needed.");
  told.set(path, words);
}

/** Why a text is no JSON, or null. */
export function jsonProblem(typed: string): string | null {
  try {
    JSON.parse(typed);
    return null;
  } catch (reason) {
    return reason instanceof Error ? reason.message.replace(/^JSON\.parse: /, "").slice(0, 160) : String(reason);
  }
}

function inWords(fault: Fault, field: Field | null): string {
  if (fault.rule === "type" && field?.kind === "number")
    return field.integer ? t("A whole number is needed.") : t("A number is needed.");
  if (fault.rule === "type" && field?.kind === "json") return t("This is not JSON of the right kind.");
  return faultInWords(fault);
}

/** The longest part of a path that is a field of the form. Chips and picks tell the faults of what is in them. */
function nearest(form: Field, value: JsonValue, path: string): { path: string; field: Field | null } {
  let field: Field = form;
  let held: JsonValue | undefined = value;
  let reached = "";
  for (const part of path === "" ? [] : path.split("/")) {
    const key = part.replace(/~1/g, "/").replace(/~0/g, "~");
    const next = stepInto(field, key, held);
    if (!next) break;
    held = Array.isArray(held) ? held[Number(key)] : isSchema(held) ? held[key] : undefined;
    field = next;
    reached = under(reached, key);
  }
  return { path: reached, field: reached === "" && form.kind !== "json" ? null : field };
}

function stepInto(field: Field, key: string, value: JsonValue | undefined): Field | null {
  switch (field.kind) {
    case "object":
      return field.fields.find((one) => one.key === key && one.kind !== "const") ?? field.extra;
    case "rows":
      return field.value;
    case "cards":
      return field.item;
    case "choice": {
      const branch = field.branches.find((one) => value !== undefined && fits(one.field, value));
      return branch ? stepInto(branch.field, key, value) : null;
    }
    default:
      return null;
  }
}
