/**
 * Calls of before: what was run is kept for the next time, without its secrets, and some are given a name. Read when
 * somebody looks. Not here: the form that they go into (features/execute).
 */
import type { JsonValue, SavedCallRequest } from "../bridge/types";
import type { Call } from "./commands";
import type { Console } from "./console";

type Bare = { value: JsonValue | undefined; left: boolean };

/** Not said when it does not work: the call runs, and that is what was asked for. */
export function remember(console: Console, call: Call, bare: Bare, title: string): void {
  const request = requestOf(call, bare, "", title);
  if (request !== null) console.bridge.putSavedCall(request).catch(() => undefined);
}

/** Null: nothing of it can be kept. */
export function requestOf(
  call: Pick<Call, "skill" | "method" | "timeoutSeconds" | "summary">,
  bare: Bare,
  name: string,
  title: string,
): SavedCallRequest | null {
  if (bare.value === undefined) return null;
  return {
    skill: call.skill,
    method: call.method,
    name,
    parameters: bare.value,
    timeoutSeconds: call.timeoutSeconds,
    summary: call.summary === "" ? title : call.summary,
    incomplete: bare.left,
  };
}
