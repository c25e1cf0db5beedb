/**
 * A call as it is being written: as a form or as JSON, kept between visits, and checked before anything is sent.
 * Not here: drawing it (MethodForm), the calls of before (Recalled).
 */
import { useEffect, useMemo, useRef, useState } from "react";
import type { JsonValue } from "../../bridge/types";
import { t } from "../../i18n";
import { type Call, summarise } from "../../state/commands";
import type { OfferedMethod } from "./builtin";
import { draftOf, emptyDraft, toJson } from "./draft";
import { draftKey, filled, type Kept, keepDraft, keptDraft } from "./drafts";
import { lostIn } from "./faithful";
import { faultInWords } from "./faultWords";
import type { Form } from "./form";
import { judge } from "./judge";
import { isSchema } from "./refs";
import { readForm } from "./schema";
import { toldOf } from "./secrets";
import { jsonProblem, ownProblems, type Problems, withFaults } from "./validate";

const NONE: Problems = new Map();
const MOST_FAULTS_TOLD = 6;
const USUAL_TIMEOUT = 30;

export type Writing = ReturnType<typeof useCall>;

export function useCall(scope: string, method: OfferedMethod) {
  const form = useMemo(() => readForm(method.schema), [method.schema]);
  const key = draftKey(scope, method);
  const [written, setWritten] = useState<Kept>(() => keptDraft(key) ?? beginning(form));
  const [problems, setProblems] = useState<Problems>(NONE);
  // Only the newest judgement counts, and none of a form that is gone.
  const turn = useRef(0);
  useEffect(() => keepDraft(key, written), [key, written]);
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );

  const judged = async (now: Kept): Promise<Problems | null> => {
    turn.current += 1;
    const mine = turn.current;
    const found = await problemsOf(form, method.schema, now);
    return mine === turn.current ? found : null;
  };
  const change = (patch: Partial<Kept>) => {
    const next = { ...written, ...patch };
    setWritten(next);
    if (problems.size > 0) void judged(next).then((found) => found && setProblems(found));
  };
  const asJson = () => {
    change({ json: JSON.stringify(toJson(form, written.draft) ?? {}, null, 2) });
    setProblems(NONE);
  };
  /** Back into the form, if nothing is lost by it. */
  const asForm = () => {
    const refused = whyNoForm(form, written.json ?? "");
    if (refused === null) change({ draft: draftOf(form, JSON.parse(written.json ?? "{}"), true), json: null });
    setProblems(refused === null ? NONE : new Map([["", refused]]));
  };
  const fill = (parameters: JsonValue, timeoutSeconds: number) => {
    setWritten(filled(method.schema, parameters, timeoutSeconds));
    setProblems(NONE);
  };
  /** Null: something is wrong, and said; or it was changed meanwhile. */
  const check = async (): Promise<Call | null> => {
    const found = await judged(written);
    if (found === null) return null;
    setProblems(found);
    return found.size > 0 ? null : callOf(method, form, written);
  };
  return { form, ...written, problems, change, asJson, asForm, fill, check };
}

function beginning(form: Form): Kept {
  return { draft: emptyDraft(form), json: form.kind === "json" ? "{}" : null, timeoutSeconds: USUAL_TIMEOUT };
}

/** What would be sent; a text that is no JSON is `null`. */
export function parametersOf(form: Form, { draft, json }: Pick<Kept, "draft" | "json">): JsonValue {
  if (json === null) return toJson(form, draft) ?? {};
  return jsonProblem(json) === null ? (JSON.parse(json) as JsonValue) : null;
}

async function problemsOf(form: Form, schema: JsonValue, written: Kept): Promise<Problems> {
  const value = parametersOf(form, written);
  if (written.json === null) {
    const own = ownProblems(form, written.draft);
    return withFaults(form, written.draft, own, (await judge(schema, value)).faults);
  }
  const wrong = noObject(written.json, value);
  if (wrong !== null) return new Map([["", wrong]]);
  const { faults } = await judge(schema, value);
  const telling = faults.filter(({ rule }) => rule !== "properties" && rule !== "$ref" && rule !== "items");
  if (telling.length === 0) return NONE;
  const lines = telling.slice(0, MOST_FAULTS_TOLD).map((fault) => `${place(fault.path)}${faultInWords(fault)}`);
  return new Map([["", [...new Set(lines)].join("\n")]]);
}

function place(path: string): string {
  return path === "" ? "" : `${path}: `;
}

function noObject(json: string, value: JsonValue): string | null {
  const why = jsonProblem(json);
  if (why !== null) return t("This is no JSON: {{why}}", { why });
  return isSchema(value) ? null : t("Parameters are an object: { … }");
}

function whyNoForm(form: Form, json: string): string | null {
  const why = jsonProblem(json);
  const value = why === null ? (JSON.parse(json) as JsonValue) : null;
  const wrong = noObject(json, value);
  if (wrong !== null) return wrong;
  const lost = lostIn(form, value);
  return lost.length === 0
    ? null
    : t("The form cannot show all of this: {{names}}. It stays JSON, and runs as it is.", {
        names: lost.map((path) => path || "/").join(", "),
      });
}

function callOf(method: OfferedMethod, form: Form, written: Kept): Call {
  const parameters = parametersOf(form, written);
  const { timeoutSeconds } = written;
  const repeated = method.timeoutParameter ? { [method.timeoutParameter]: timeoutSeconds } : {};
  return {
    skill: method.skill,
    method: method.method,
    parameters: isSchema(parameters) ? { ...parameters, ...repeated } : parameters,
    timeoutSeconds,
    summary: summarise(toldOf(form, parameters)),
  };
}
