/** What a schema finds wrong, as a sentence. Not here: finding it (faults.ts). */
import type { JsonValue } from "../../bridge/types";
import { t } from "../../i18n";
import type { Fault } from "./faults";

export function faultInWords({ rule, limit, error }: Fault): string {
  // As it stands in the schema: in words a fraction would be rounded.
  const n = typeof limit === "number" ? String(limit) : "?";
  switch (rule) {
    case "minimum":
      return t("Must be at least {{n}}.", { n });
    case "maximum":
      return t("Must be at most {{n}}.", { n });
    case "exclusiveMinimum":
      return t("Must be more than {{n}}.", { n });
    case "exclusiveMaximum":
      return t("Must be less than {{n}}.", { n });
    case "multipleOf":
      return t("Must be a multiple of {{n}}.", { n });
    case "minLength":
      return t("Too short: at least {{n}} characters.", { n });
    case "maxLength":
      return t("Too long: at most {{n}} characters.", { n });
    case "minItems":
      return t("Too few: at least {{n}}.", { n });
    case "maxItems":
      return t("Too many: at most {{n}}.", { n });
    case "minProperties":
      return t("Too few names: at least {{n}}.", { n });
    case "maxProperties":
      return t("Too many names: at most {{n}}.", { n });
    case "uniqueItems":
      return t("The same is there twice.");
    case "pattern":
      return patternWords(limit);
    case "format":
      return formatWords(limit);
    case "enum":
    case "const":
      return t("This is none of the values that the node knows.");
    case "type":
      return t("This has the wrong type.");
    case "required":
      return t("{{name}} is needed.", { name: named(error) });
    case "additionalProperties":
    case "unevaluatedProperties":
    case "false":
      return t("The node knows no {{name}}.", { name: named(error) });
    case "oneOf":
    case "anyOf":
    case "not":
      return t("This does not fit together.");
    default:
      return error.slice(0, 200);
  }
}

function patternWords(limit: JsonValue): string {
  return typeof limit === "string" && limit.length <= 60
    ? t("This has to have the form {{pattern}}", { pattern: limit })
    : t("This does not have the form that the node expects.");
}

const FORMATS: { [format: string]: string } = {
  "date-time": "2026-11-26 09:00, +2h",
  date: "2026-11-26",
  time: "09:00:00Z",
  uri: "https://example.org",
  email: "you@example.org",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  hostname: "web-01.example.org",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
};

function formatWords(limit: JsonValue): string {
  const example = FORMATS[String(limit)];
  return example
    ? t("This is not readable. Write it like {{example}}", { example })
    : t("This does not have the form that the node expects.");
}

function named(error: string): string {
  return /"([^"]{1,80})"/.exec(error)?.[1] ?? "?";
}
