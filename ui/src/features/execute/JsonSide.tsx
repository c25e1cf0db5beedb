/** The parameters as JSON: all of them in one text, with what is wrong under it. Not here: the form. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import styles from "./Field.module.css";
import { jsonProblem } from "./validate";

type JsonSideProps = {
  value: string;
  problem: string | undefined;
  /** Why there is no form, when there is none. */
  alone: string | null;
  onChange(value: string): void;
};

export function JsonSide({ value, problem, alone, onChange }: JsonSideProps) {
  const { t } = useTranslation();
  const id = useId();
  const tidy = () => {
    if (jsonProblem(value) === null) onChange(JSON.stringify(JSON.parse(value), null, 2));
  };
  return (
    <div className={styles.field} data-problem={problem === undefined ? undefined : true}>
      {alone !== null && <Notice testId="json-only">{alone}</Notice>}
      <div className={styles.label}>
        <label htmlFor={id}>{t("Parameters as JSON")}</label>
        <Button look="bare" small onClick={tidy} data-testid="json-tidy">
          {t("Tidy up")}
        </Button>
      </div>
      <textarea
        id={id}
        className={`${styles.input} ${styles.area} ${styles.mono} ${styles.json}`}
        value={value}
        rows={Math.min(18, Math.max(8, value.split("\n", 20).length + 1))}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
        data-testid="field-json"
      />
      {problem && (
        <p className={`${styles.problem} ${styles.lines}`} id={`${id}-problem`} data-testid="json-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
