/**
 * Turns whatever a command was rejected with into one sentence for people.
 * Not here: where it is shown (always beside what was asked; toasts for what has no place).
 */

import { t } from "../i18n";
import { plain } from "./text";

export function problemText(reason: unknown): string {
  if (typeof reason === "string" && reason !== "") return plain(reason, 500);
  if (
    reason &&
    typeof reason === "object" &&
    "message" in reason &&
    typeof reason.message === "string" &&
    reason.message !== ""
  ) {
    return plain(reason.message, 500);
  }
  return t("The host gave no reason.");
}

export function problemCode(reason: unknown): string {
  return reason && typeof reason === "object" && "code" in reason && typeof reason.code === "string"
    ? reason.code
    : "unknown";
}
