/**
 * The bar over map and table: filter, status chips (legend, count and filter in one), lasso, and Map | Table.
 * Not here: chart dimensions; there is only one so far.
 */
import { Lasso, Search, X } from "lucide-react";
import type { RefObject } from "react";
import { IconButton } from "../../components/Button";
import { count } from "../../components/format";
import { Segmented } from "../../components/Segmented";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { STATUS_CLASSES, type StatusClass } from "../../state/status";
import styles from "./FleetBar.module.css";

export function FleetBar({ search }: { search: RefObject<HTMLInputElement | null> }) {
  const { ui } = useConsole();
  const page = useUi((s) => s.page);
  const lasso = useUi((s) => s.lasso);
  const mapUnavailable = useUi((s) => s.mapUnavailable);
  return (
    <div className={styles.bar}>
      <Find input={search} always={page === "nodes"} />
      <StatusChips />
      <span className={styles.space} />
      {page === "map" && mapUnavailable === null && (
        <IconButton
          label="Lasso (L)"
          className={styles.lasso ?? ""}
          aria-pressed={lasso}
          onClick={() => ui.getState().set({ lasso: !lasso })}
          data-testid="lasso"
        >
          <Lasso size={15} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      )}
      <Segmented
        label="View"
        value={page === "nodes" ? "nodes" : "map"}
        onChange={(next) => ui.getState().go(next)}
        options={[
          { value: "map", label: "Map" },
          { value: "nodes", label: "Table" },
        ]}
      />
    </div>
  );
}

function StatusChips() {
  const { ui } = useConsole();
  const statuses = useUi((s) => s.statuses);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a box and a legend that a toolbar does not want
    <div className={styles.chips} role="group" aria-label="Filter by status">
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
          {status}
        </button>
      ))}
    </div>
  );
}

function ChipCount({ status }: { status: StatusClass }) {
  const value = useFleet((fleet) => fleet.totals[status]);
  return <b>{count(value)}</b>;
}

/** On the table always; on the map only while a filter is set, so that a dimmed map explains itself. */
function Find({ input, always }: { input: RefObject<HTMLInputElement | null>; always: boolean }) {
  const { ui } = useConsole();
  const search = useUi((s) => s.search);
  if (!always && search === "") return null;
  return (
    <div className={styles.find}>
      <Search size={13} strokeWidth={1.5} aria-hidden="true" />
      <input
        ref={input}
        value={search}
        onChange={(event) => ui.getState().set({ search: event.target.value })}
        placeholder="Filter by name, tag, address…"
        aria-label="Filter nodes"
        spellCheck={false}
        data-testid="filter"
      />
      {search !== "" && (
        <button
          type="button"
          className={styles.clear}
          aria-label="Clear the filter"
          title="Clear the filter"
          onClick={() => ui.getState().set({ search: "" })}
        >
          <X size={13} strokeWidth={1.5} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
