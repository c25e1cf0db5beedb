/** What every field is given. Not here: the fields. */
import type { Draft } from "../draft";
import type { Field } from "../form";
import type { Problems } from "../validate";

export type FieldProps<F extends Field = Field> = {
  field: F;
  /** As in the problems: "a/b/0". */
  path: string;
  value: Draft;
  problems: Problems;
  /** Its label is said by what is around it (a row, a chip). */
  bare?: boolean;
  onChange(value: Draft): void;
};
