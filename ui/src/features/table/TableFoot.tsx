/** The line under the table: how many are shown and selected, and all of them at once. */
import { useTranslation } from "react-i18next";
import { count } from "../../components/format";
import { Kbd, withModifier } from "../../components/Kbd";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import styles from "./NodeTable.module.css";

export function TableFoot({ rows, typed }: { rows: Uint32Array; typed: string }) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const all = useFleet((f) => f.size);
  const selected = useUi((s) => s.selected.size);
  return (
    <div className={styles.foot}>
      <span data-testid="table-count">
        {rows.length === all
          ? t("{{count}} nodes", { count: all })
          : t("{{shown}} of {{count}} nodes", { shown: count(rows.length), count: all })}
        {selected > 0 && <b>{t("{{count}} selected", { count: selected })}</b>}
      </span>
      {typed !== "" && (
        <span className={styles.typed} data-testid="type-ahead">
          {t("Go to")} <code>{typed.replace(/^'/, "")}</code>
        </span>
      )}
      <span className={styles.space} />
      {rows.length > 0 && (
        <button type="button" onClick={() => ui.getState().select(rows)} data-testid="select-all">
          {t("Select all {{count}}", { count: rows.length })} <Kbd>{withModifier("A")}</Kbd>
        </button>
      )}
    </div>
  );
}
