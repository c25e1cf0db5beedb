/**
 * What only this window knows: nodes whose part in a job failed under its eyes, and executions that it saw end without a
 * proof. Not here: all else; the Nexus says what fires and why.
 */
import { t } from "../../i18n";
import type { Executions } from "../../state/executions";
import type { Fleet } from "../../state/fleet";
import { Status } from "../../state/status";

export type LocalCause = { key: string; title: string; where: string; ordinals: number[] };

export function localCauses(fleet: Fleet, executions: Executions): LocalCause[] {
  const marked: number[] = [];
  if (fleet.totals.critical > 0)
    for (const ordinal of fleet.ordinals()) if (fleet.status[ordinal] === Status.Critical) marked.push(ordinal);
  const unsure = new Set<number>();
  for (const { view } of executions.all.values()) if (view.state === "unknown") unsure.add(view.ordinal);
  const causes = [
    { key: "critical", title: t("Failed in a job, or unknown how it ended"), ordinals: marked },
    { key: "unknown", title: t("Outcome of an execution unknown"), ordinals: [...unsure] },
  ];
  return causes
    .filter(({ ordinals }) => ordinals.length > 0)
    .map((cause) => ({ ...cause, where: whereabouts(fleet, cause.ordinals) }));
}

/** One or two nodes by name, more by site. */
function whereabouts(fleet: Fleet, ordinals: readonly number[]): string {
  const sites = [...new Set(ordinals.map((ordinal) => fleet.groupLabel(ordinal)))];
  if (ordinals.length <= 2) return ordinals.map((ordinal) => fleet.node(ordinal)?.name ?? "").join(", ");
  return sites.length <= 3 ? sites.join(", ") : t("{{count}} sites", { count: sites.length });
}
