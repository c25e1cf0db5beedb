/**
 * The bar over map and table: filter, status chips (legend, count and filter in one), lasso, and Map | Table.
 * Not here: what the map is charted by (`chart` comes from features/map).
 */
import { Lasso } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../components/Button";
import { count } from "../../components/format";
import { Segmented } from "../../components/Segmented";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet, useReplay, useUi } from "../../state/hooks";
import { STATUS_CLASSES, type StatusClass } from "../../state/status";
import { Filter } from "./Filter";
import styles from "./FleetBar.module.css";

type FleetBarProps = {
  search: RefObject<HTMLInputElement | null>;
  /** What the table has besides. */
  tools: ReactNode;
  /** What the map is charted by. */
  chart: ReactNode;
};

export function FleetBar({ search, tools, chart }: FleetBarProps) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const page = useUi((s) => s.page);
  const lasso = useUi((s) => s.lasso);
  const mapUnavailable = useUi((s) => s.mapUnavailable);
  return (
    <div className={styles.bar}>
      <Filter input={search} always={page === "nodes"} />
      {page === "map" && mapUnavailable === null && chart}
      <StatusChips />
      <span className={styles.space} />
      {page === "map" && mapUnavailable === null && (
        <IconButton
          label={t("Lasso (L)")}
          className={styles.lasso ?? ""}
          aria-pressed={lasso}
          onClick={() => ui.getState().set({ lasso: !lasso })}
          data-testid="lasso"
        >
          <Lasso size={15} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      )}
      {page === "nodes" && tools}
      <Segmented
        label={t("View")}
        value={page === "nodes" ? "nodes" : "map"}
        onChange={(next) => ui.getState().go(next)}
        options={[
          { value: "map", label: t("Map") },
          { value: "nodes", label: t("Table") },
        ]}
      />
    </div>
  );
}

function StatusChips() {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const words: Record<StatusClass, string> = { online: t("online"), degraded: t("degraded"), offline: t("offline") };
  const statuses = useUi((s) => s.statuses);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a box and a legend that a toolbar does not want
    <div className={styles.chips} role="group" aria-label={t("Filter by status")}>
      {STATUS_CLASSES.map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={statuses.has(status)}
          onClick={() => ui.getState().toggleStatus(status)}
          data-testid={`status-chip-${status}`}
        >
          <StatusMark kind={status} />
          <ChipCount status={status} />
          {words[status]}
        </button>
      ))}
    </div>
  );
}

function ChipCount({ status }: { status: StatusClass }) {
  const now = useFleet((fleet) => fleet.totals[status]);
  const then = useReplay((s) => s.past?.totals[status]);
  const value = then ?? now;
  return <b>{count(value)}</b>;
}
