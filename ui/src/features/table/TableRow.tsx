// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/** One row of the table: the same facts as the map, in words. Not here: order, selection, keys. */
import { type CSSProperties, type MouseEvent, memo } from "react";
import { ago, percent } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import type { Fleet } from "../../state/fleet";
import { classOf, Status, wordOf } from "../../state/status";
import styles from "./NodeTable.module.css";
import { roleOf } from "./rows";

const HIGH = 0.86;

type TableRowProps = {
  fleet: Fleet;
  ordinal: number;
  index: number;
  top: number;
  selected: boolean;
  current: boolean;
  /** Changes whenever what the row shows may have changed. */
  version: number;
  onClick(ordinal: number, event: MouseEvent): void;
};

export function rowId(ordinal: number): string {
  return `row-${ordinal}`;
}

export const TableRow = memo(function TableRow({
  fleet,
  ordinal,
  index,
  top,
  selected,
  current,
  onClick,
}: TableRowProps) {
  const node = fleet.node(ordinal);
  if (!node) return null;
  const status = fleet.status[ordinal] ?? 0;
  const { standing } = node.trust;
  const offline = status === Status.Offline;
  const mark: MarkKind =
    status === Status.Critical || standing === "held" ? "critical" : (classOf(status) ?? "offline");
  const position: CSSProperties = { transform: `translateY(${top}px)` };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the keys (aria-activedescendant)
    <div
      className={`${styles.row} ${current ? styles.current : ""}`}
      style={position}
      role="row"
      id={rowId(ordinal)}
      aria-rowindex={index + 2}
      aria-selected={selected}
      onClick={(event) => onClick(ordinal, event)}
      data-testid="table-row"
      data-ordinal={ordinal}
    >
      <span role="gridcell" className={`${styles.status} ${mark === "online" ? "" : styles[mark]}`}>
        <StatusMark kind={mark} /> {standing === "accepted" ? wordOf(status) : standing === "held" ? "Held" : "Revoked"}
      </span>
      <span role="gridcell" className={styles.name}>
        <bdi>{node.name}</bdi>
        {node.trust.fingerprint === null && (
          <em title="It has no key of its own: it shows the shared token" data-testid="shared-mark">
            shared token
          </em>
        )}
      </span>
      <span role="gridcell">{fleet.groupLabel(ordinal)}</span>
      <span role="gridcell">{roleOf(fleet, ordinal)}</span>
      <Load value={offline ? null : (fleet.cpu[ordinal] ?? 0)} />
      <Load value={offline ? null : (fleet.memory[ordinal] ?? 0)} />
      <span role="gridcell" className={styles.quiet}>
        {fleet.tasks[ordinal] ?? 0}
      </span>
      <span role="gridcell">
        <code>{node.dialect < 2 ? "v1" : node.sporeVersion}</code>
      </span>
      <span role="gridcell">{offline ? ago(node.lastSeen) : "now"}</span>
    </div>
  );
});

function Load({ value }: { value: number | null }) {
  if (value === null) {
    return (
      <span role="gridcell" className={styles.quiet}>
        —
      </span>
    );
  }
  return (
    <span role="gridcell" className={styles.load}>
      <span className={`${styles.bar} ${value >= HIGH ? styles.high : ""}`}>
        <i style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
      {percent(value)}
    </span>
  );
}
