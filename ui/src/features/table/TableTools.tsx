/**
 * What the table has besides the bar over map and table: which columns in which order, how dense, and the rows as a
 * file. Not here: widths and sorting, which are done at the heads.
 */
import { Popover } from "@base-ui/react/popover";
import { ArrowDown, ArrowUp, Columns3, FileDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../components/Button";
import { Segmented } from "../../components/Segmented";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { COLUMN_IDS, type Column, titleOf } from "./columns";
import { csvOf } from "./csv";
import { type Density, tableLayout, useLayout } from "./layout";
import styles from "./TableTools.module.css";
import { rowsNow } from "./useRows";

export function TableTools() {
  const { t } = useTranslation();
  const console = useConsole();
  const save = async () => {
    const rows = rowsNow(console);
    const name = `nodes-${new Date().toISOString().slice(0, 10)}.csv`;
    try {
      const file = await console.bridge.saveText(name, csvOf(console.fleet, rows, tableLayout.getState().columns));
      console.news.toast(t("{{count}} nodes written to {{name}}", { count: rows.length, name: file }));
    } catch (reason) {
      console.news.toast(t("The rows were not saved: {{reason}}", { reason: problemText(reason) }), "problem");
    }
  };
  return (
    <>
      <Popover.Root>
        <Popover.Trigger className={styles.tool} aria-label={t("Columns")} data-testid="table-columns">
          <Columns3 size={14} strokeWidth={1.5} aria-hidden="true" /> {t("Columns")}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner className={styles.positioner} sideOffset={6} align="end">
            <Popover.Popup className={styles.popup} aria-label={t("Columns")} data-testid="columns-popup">
              <Arrange />
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      <IconButton
        className={styles.icon ?? ""}
        label={t("Save these rows as CSV")}
        onClick={() => void save()}
        data-testid="table-csv"
      >
        <FileDown size={15} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </>
  );
}

function Arrange() {
  const { t } = useTranslation();
  const columns = useLayout((s) => s.columns);
  const density = useLayout((s) => s.density);
  const others = COLUMN_IDS.filter((column) => !columns.includes(column));
  return (
    <>
      <Segmented<Density>
        label={t("Density")}
        value={density}
        onChange={(next) => tableLayout.getState().setDensity(next)}
        options={[
          { value: "compact", label: t("Compact") },
          { value: "normal", label: t("Normal") },
          { value: "roomy", label: t("Roomy") },
        ]}
      />
      <ul className={styles.list}>
        {[...columns, ...others].map((column) => (
          <Item key={column} column={column} at={columns.indexOf(column)} of={columns.length} />
        ))}
      </ul>
      <Button look="bare" onClick={() => tableLayout.getState().reset()} data-testid="reset-columns">
        {t("As it was at first")}
      </Button>
    </>
  );
}

function Item({ column, at, of }: { column: Column; at: number; of: number }) {
  const { t } = useTranslation();
  const { toggle, move } = tableLayout.getState();
  const title = titleOf(column);
  return (
    <li className={styles.item}>
      <label>
        <input
          type="checkbox"
          checked={at >= 0}
          disabled={column === "name"}
          onChange={() => toggle(column)}
          data-testid={`column-${column}`}
        />
        {title}
      </label>
      {at >= 0 && (
        <>
          <button
            type="button"
            disabled={at === 0}
            aria-label={t("{{column}}: one place forward", { column: title })}
            onClick={() => move(column, -1)}
            data-testid={`column-up-${column}`}
          >
            <ArrowUp size={13} strokeWidth={1.6} aria-hidden="true" />
          </button>
          <button
            type="button"
            disabled={at === of - 1}
            aria-label={t("{{column}}: one place back", { column: title })}
            onClick={() => move(column, 1)}
          >
            <ArrowDown size={13} strokeWidth={1.6} aria-hidden="true" />
          </button>
        </>
      )}
    </li>
  );
}
