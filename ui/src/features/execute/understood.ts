/** What was understood of a typed text, in a few words to stand beside it: "1 h 30 min", "64 MiB", a local time. */
import { fullTime } from "../../components/format";
import { numberIn } from "./draft";
import type { Field } from "./form";
import { momentOf } from "./moment";
import { durationWords, sizeWords } from "./quantity";

export function understood(field: Field, typed: string, now = Date.now()): string {
  if (field.kind === "number" && field.unit !== "") {
    const value = typed.trim() === "" ? null : numberIn(field.unit, typed);
    if (value === null) return field.unit === "s" ? "s" : "B";
    const words = field.unit === "s" ? durationWords(value) : sizeWords(value);
    const written = /[a-z]/i.test(typed);
    if (words !== "" && !written) return words;
    return written ? `${value} ${field.unit === "s" ? "s" : "B"}` : field.unit === "s" ? "s" : "B";
  }
  if (field.kind === "text" && field.look === "moment" && typed !== "") {
    const moment = momentOf(typed, now);
    return moment === null || moment === typed ? "" : fullTime(moment);
  }
  return "";
}
