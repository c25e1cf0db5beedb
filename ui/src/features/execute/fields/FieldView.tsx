/** Draws one field over its draft, by its kind. Not here: how the fields of an object stand together (Fields). */
import { useTranslation } from "react-i18next";
import { begun } from "../draft";
import styles from "../Field.module.css";
import { Cards } from "./Cards";
import { Chips } from "./Chips";
import { Branches, Nested } from "./Nested";
import { Check, Enumerated, Picks } from "./Picked";
import type { FieldProps } from "./props";
import { MapRows } from "./Rows";
import { Typed } from "./Typed";

export function FieldView(props: FieldProps) {
  const { field, value } = props;
  if (value === null && field.kind !== "const") return <Nulled {...props} />;
  switch (field.kind) {
    case "const":
      return null;
    case "object":
      return <Nested {...props} field={field} />;
    case "choice":
      return <Branches {...props} field={field} />;
    case "boolean":
      return <Check {...props} field={field} />;
    case "enum":
      return <Enumerated {...props} field={field} />;
    case "picks":
      return <Picks {...props} field={field} />;
    case "chips":
      return <Chips {...props} field={field} />;
    case "cards":
      return <Cards {...props} field={field} />;
    case "rows":
      return <MapRows {...props} field={field} />;
    case "text":
    case "number":
    case "lines":
    case "json":
      return <Typed {...props} field={field} />;
  }
}

/** It is null, which is a value like any other until somebody gives it another one. */
function Nulled({ field, path, onChange }: FieldProps) {
  const { t } = useTranslation();
  return (
    <div className={`${styles.field} ${styles.wide}`} data-testid={`null-${path}`}>
      <div className={styles.label}>
        <span>{field.title}</span>
      </div>
      <div className={styles.none}>
        <code>{JSON.stringify(null)}</code>
        <button
          type="button"
          className={styles.quiet}
          onClick={() => onChange(begun(field))}
          data-testid={`set-${path}`}
        >
          {t("Give it a value")}
        </button>
      </div>
    </div>
  );
}
