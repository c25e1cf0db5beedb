/**
 * The few words a node's condition is told in: one byte for the map, one word for people, one class for the chips.
 * The byte values are those of the scene's contract; `features/map` proves at compile time that they agree.
 * Not here: colours and marks (components/StatusMark, scene).
 */
import type { NodeState } from "../bridge/types";
import { t } from "../i18n";

export const Status = { Absent: 0, Online: 1, Busy: 2, Degraded: 3, Offline: 4, Critical: 5 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** The three classes of the status chips; every known node is in exactly one. */
export type StatusClass = "online" | "degraded" | "offline";
export const STATUS_CLASSES: readonly StatusClass[] = ["online", "degraded", "offline"];

export function statusOf(node: { state: NodeState; degraded: string | null }, tasks: number): Status {
  if (node.state === "offline") return Status.Offline;
  if (node.state === "suspect" || node.degraded !== null) return Status.Degraded;
  return tasks > 0 ? Status.Busy : Status.Online;
}

export function classOf(status: number): StatusClass | null {
  switch (status) {
    case Status.Online:
    case Status.Busy:
      return "online";
    case Status.Degraded:
    case Status.Critical:
      return "degraded";
    case Status.Offline:
      return "offline";
    default:
      return null;
  }
}

export function wordOf(status: number): string {
  switch (status) {
    case Status.Online:
    case Status.Busy:
      return t("Online", { context: "node" });
    case Status.Degraded:
      return t("Degraded", { context: "node" });
    case Status.Critical:
      return t("Critical", { context: "node" });
    case Status.Offline:
      return t("Offline", { context: "node" });
    default:
      return t("Unknown", { context: "node" });
  }
}
