/** The parameters of a method as a table to read. Not here: reading the schema (given by the caller). */
import { useTranslation } from "react-i18next";
import styles from "./MethodPage.module.css";

export type ParametersRow = {
  path: string;
  name: string;
  depth: number;
  type: string;
  required: boolean;
  initial: string;
  title: string;
  description: string;
};

const DEEPEST = 5;

export function Parameters({ rows, unknown }: { rows: readonly ParametersRow[]; unknown: boolean }) {
  const { t } = useTranslation();
  return (
    <section className={styles.part} aria-label={t("Parameters")}>
      <div className={styles.partHead}>
        <h3>{t("Parameters")}</h3>
      </div>
      {unknown && (
        <p className={styles.quiet}>{t("The nodes describe none that could be read. They are given as JSON.")}</p>
      )}
      {!unknown && rows.length === 0 && <p className={styles.quiet}>{t("It needs none.")}</p>}
      {rows.length > 0 && (
        <table className={styles.table} data-testid="skill-parameters">
          <thead>
            <tr>
              <th>{t("Name")}</th>
              <th>{t("Kind")}</th>
              <th>{t("Unless given")}</th>
              <th>{t("What it is")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two branches may have the same path, and rows do not move
              <tr key={`${row.path} ${i}`} data-depth={Math.min(row.depth, DEEPEST)}>
                <th scope="row">
                  <code>{row.name}</code>
                  {row.required && <em>{t("needed")}</em>}
                </th>
                <td>{row.type}</td>
                <td>{row.initial && <code>{row.initial}</code>}</td>
                <td>
                  {row.title}
                  {row.description && <span> {row.description}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
