/**
 * The parameters of a method as a table to read, one row for each, nested ones under theirs, and a call to begin with.
 * Not here: the form, which is made of the same fields.
 */
import type { JsonValue } from "../../bridge/types";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import { emptyDraft, toJson } from "./draft";
import type { Bounds, Field } from "./form";
import { isSchema } from "./refs";
import { readForm } from "./schema";

export type Described = {
  path: string;
  name: string;
  depth: number;
  type: string;
  required: boolean;
  /** As JSON; "" for none. */
  initial: string;
  title: string;
  description: string;
};
export type Description = {
  description: string;
  rows: readonly Described[];
  /** It says nothing of its parameters, or so much that only JSON is left. */
  unknown: boolean;
  /** Parameters to begin with, as JSON. */
  example: string;
};

const MOST_ROWS = 200;
const MOST_SHOWN = 6;

export function describe(schema: JsonValue): Description {
  const form = readForm(schema);
  const rows: Described[] = [];
  if (form.kind === "object") for (const field of form.fields) add(rows, field, "", 0);
  else if (form.kind !== "json") add(rows, { ...form, key: "*" }, "", 0);
  const said = isSchema(schema) && typeof schema.description === "string" ? plain(schema.description, 600) : "";
  return {
    description: said,
    rows: rows.slice(0, MOST_ROWS),
    unknown: form.kind === "json",
    example: JSON.stringify(exampleOf(form) ?? {}, null, 2),
  };
}

function add(rows: Described[], field: Field, above: string, depth: number): void {
  if (rows.length >= MOST_ROWS) return;
  const path = above === "" ? field.key : `${above}.${field.key}`;
  rows.push({
    path,
    name: plain(field.key, 80),
    depth,
    type: typeOf(field) + (field.nullable ? ` ${t("or null")}` : ""),
    required: field.required,
    initial: field.initial === undefined || field.kind === "const" ? "" : plain(JSON.stringify(field.initial), 60),
    title: field.title,
    description: field.description,
  });
  for (const inner of insideOf(field)) add(rows, inner, path, depth + 1);
}

function insideOf(field: Field): readonly Field[] {
  switch (field.kind) {
    case "object":
      return field.fields;
    case "cards":
      return field.item.kind === "object" ? field.item.fields : [];
    case "rows":
      return field.value.kind === "object" ? field.value.fields : [];
    case "choice":
      // The same name in two branches is told once for each of them: they mean different things.
      return field.branches.flatMap((branch) => (branch.field.kind === "object" ? branch.field.fields : []));
    default:
      return [];
  }
}

function typeOf(field: Field): string {
  switch (field.kind) {
    case "text":
      return textType(field.look) + (field.pattern ? ` ${plain(field.pattern, 40)}` : "");
    case "number": {
      const word =
        field.unit === "s"
          ? t("seconds")
          : field.unit === "bytes"
            ? t("bytes")
            : field.integer
              ? t("whole number")
              : t("number");
      return [word, between(field.minimum, field.maximum)].filter(Boolean).join(" ");
    }
    case "boolean":
      return t("yes or no");
    case "enum":
      return t("one of {{list}}", { list: listed(field.options.map(({ label }) => label)) });
    case "const":
      return plain(JSON.stringify(field.value), 40);
    case "lines":
      return [t("list of texts"), sized(field)].filter(Boolean).join(" ");
    case "picks":
      return t("some of {{list}}", { list: listed(field.options.map(({ label }) => label)) });
    case "chips":
    case "cards":
      return [t("list of: {{what}}", { what: typeOf(field.item) }), sized(field)].filter(Boolean).join(" ");
    case "rows":
      return t("free names, each: {{what}}", { what: typeOf(field.value) });
    case "object":
      return t("object");
    case "choice":
      return t("one of {{list}}", {
        list: listed(field.branches.map(({ label, field: one }) => label ?? typeOf(one))),
      });
    case "json":
      return "JSON";
  }
}

function textType(look: string): string {
  switch (look) {
    case "path":
      return t("path");
    case "secret":
      return t("secret");
    case "duration":
      return t("duration");
    case "node":
      return t("node");
    case "uri":
      return t("address");
    case "moment":
      return t("date and time");
    case "multiline":
      return t("text of several lines");
    default:
      return t("text");
  }
}

function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, MOST_SHOWN).join(", ");
  return labels.length > MOST_SHOWN ? `${shown} … (${labels.length})` : shown;
}

function between(least: number | null, most: number | null): string {
  if (least !== null && most !== null) return `${least}–${most}`;
  return least !== null ? `≥ ${least}` : most !== null ? `≤ ${most}` : "";
}

function sized({ least, most }: Bounds): string {
  const range = between(least === 0 ? null : least, most);
  return range === "" ? "" : `(${range})`;
}

/** What is needed and what is proposed, with the examples of the schema where there are any. */
function exampleOf(field: Field): JsonValue | undefined {
  if (field.initial !== undefined) return field.initial;
  if (field.examples.length > 0) return field.examples[0];
  if (field.kind === "object") {
    const wanted = new Set(field.alternatives[0] ?? []);
    const given = field.fields.filter((one) => one.required || wanted.has(one.key));
    return Object.fromEntries(given.map((one) => [one.key, exampleOf(one) ?? null]));
  }
  if (field.kind === "choice") return field.branches[0] ? exampleOf(field.branches[0].field) : undefined;
  if (field.kind === "text") return field.placeholder || "…";
  if (field.kind === "number") return field.minimum ?? 1;
  if (field.kind === "lines") return ["…"];
  if (field.kind === "chips" || field.kind === "cards") return [exampleOf(field.item) ?? null];
  return toJson(field, emptyDraft(field));
}
