/** What the schema gives as examples, to be taken with a click while the field is empty. Not here: placeholders. */
import { useTranslation } from "react-i18next";
import { plain } from "../../../state/text";
import { draftOf } from "../draft";
import styles from "../Field.module.css";
import type { Field } from "../form";

const MOST = 3;

export function Examples({ field, onChoose }: { field: Field; onChoose(value: string): void }) {
  const { t } = useTranslation();
  // One example of a line is its placeholder already.
  if (field.examples.length < 2 && (field.kind === "text" || field.kind === "number")) return null;
  const drafts = field.examples.slice(0, MOST).map((example) => draftOf(field, example, true));
  const texts = drafts.filter((draft) => typeof draft === "string" && draft !== "") as string[];
  if (texts.length === 0) return null;
  return (
    <p className={styles.examples}>
      <span>{t("for example")}</span>
      {texts.map((text) => (
        <button key={text} type="button" onClick={() => onChoose(text)} data-testid="example">
          {plain(text.replace(/\n/g, " "), 36)}
        </button>
      ))}
    </p>
  );
}
