/** A node's history as a table: a row for each part of the range, with the highest load in it. */
import { useTranslation } from "react-i18next";
import type { NodeHistoryView } from "../../bridge/types";
import { clockTime, percent } from "../../components/format";
import styles from "./MetricHistory.module.css";

const ROWS = 24;

export function HistoryTable({ view, fromMs, toMs }: { view: NodeHistoryView; fromMs: number; toMs: number }) {
  const { t } = useTranslation();
  const rows = rowsOf(view, fromMs, toMs);
  return (
    <table className={styles.table} data-testid="history-table">
      <caption className="visually-hidden">{t("The highest load in each part of the time")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("From", { context: "time" })}</th>
          <th scope="col">{t("CPU")}</th>
          <th scope="col">{t("Memory")}</th>
          <th scope="col">{t("Tasks")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.at}>
            <th scope="row">{clockTime(row.at)}</th>
            {row.known ? (
              <>
                <td>{percent(row.cpu)}</td>
                <td>{percent(row.memory)}</td>
                <td>{row.tasks}</td>
              </>
            ) : (
              <td colSpan={3}>{row.away ? t("offline") : t("nothing is known")}</td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function rowsOf(view: NodeHistoryView, fromMs: number, toMs: number) {
  const width = (toMs - fromMs) / ROWS;
  return Array.from({ length: ROWS }, (_, i) => {
    const at = fromMs + i * width;
    const row = { at, known: false, away: false, cpu: 0, memory: 0, tasks: 0 };
    view.atMs.forEach((sample, j) => {
      if (sample < at || sample >= at + width) return;
      row.away ||= view.states[j] === 4;
      if (view.states[j] === 4 || view.states[j] === 0) return;
      row.known = true;
      row.cpu = Math.max(row.cpu, view.cpu[j] ?? 0);
      row.memory = Math.max(row.memory, view.memory[j] ?? 0);
      row.tasks = Math.max(row.tasks, view.tasks[j] ?? 0);
    });
    return row;
  });
}
