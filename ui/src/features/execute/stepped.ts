/** A number one step up or down, within its bounds. Pure. Not here: keys. */
import { numberIn } from "./draft";
import type { NumberField } from "./form";

/** Null: there is no number to begin with. */
export function stepped(field: NumberField, typed: string, way: 1 | -1, large: boolean): string | null {
  const from = typed.trim() === "" ? (field.minimum ?? 0) - way : numberIn(field.unit, typed);
  if (from === null) return null;
  const unit = field.step !== null && field.step > 0 ? field.step : field.integer || Math.abs(from) >= 10 ? 1 : 0.1;
  const steps = Math.round(from / unit) + way * (large ? 10 : 1);
  // Multiplied, not added up, so that tenths stay tenths.
  const next = Number((steps * unit).toPrecision(12));
  const least =
    field.minimum === null ? Number.NEGATIVE_INFINITY : field.openBelow ? field.minimum + unit : field.minimum;
  const most =
    field.maximum === null ? Number.POSITIVE_INFINITY : field.openAbove ? field.maximum - unit : field.maximum;
  return String(Math.min(Math.max(next, least), most));
}
