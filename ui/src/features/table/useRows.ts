/** The rows of the table as filtered and sorted, kept in place while nobody comes or goes. Not here: sorting (rows.ts). */
import { useMemo, useRef } from "react";
import type { Console } from "../../state/console";
import { visibleStars } from "../../state/filter";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { tableLayout, useLayout } from "./layout";
import { type Sort, sameMembers, tableRows } from "./rows";

export function useRows(): Uint32Array {
  const { fleet } = useConsole();
  const sort = useLayout((s) => s.sort);
  const statuses = useUi((s) => s.statuses);
  const search = useUi((s) => s.search);
  const meant = useUi((s) => s.meant);
  const membership = useFleet((f) => f.versions.structure);
  const status = useFleet((f) => (statuses.size > 0 ? f.versions.status : 0));
  const before = useRef<{ sort: Sort; rows: Uint32Array } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions stand for what the fleet holds
  return useMemo(() => {
    const visible = visibleStars(fleet, statuses, search, meant);
    const kept = before.current;
    if (kept?.sort === sort && sameMembers(fleet, kept.rows, visible)) return kept.rows;
    const rows = tableRows(fleet, visible, sort);
    before.current = { sort, rows };
    return rows;
  }, [fleet, statuses, search, meant, sort, membership, status]);
}

/** The same, for once. */
export function rowsNow({ fleet, ui }: Console): Uint32Array {
  const { statuses, search, meant } = ui.getState();
  return tableRows(fleet, visibleStars(fleet, statuses, search, meant), tableLayout.getState().sort);
}
