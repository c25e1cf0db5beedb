/** What can be done with everybody who fits or is meant: select, run, filter. The same keys whatever is highlighted. */
import type { ResolvedView } from "../../../bridge/types";
import { t } from "../../../i18n";
import type { Console } from "../../../state/console";
import { visibleStars } from "../../../state/filter";
import { choice, type PaletteChoice } from "../choice";

/** An expression: exactly those that the Nexus named. */
export function meantActions({ ui }: Console, meant: ResolvedView): PaletteChoice[] {
  const choose = () => {
    const { page, go, select } = ui.getState();
    if (page !== "map" && page !== "nodes") go("map");
    select(meant.ordinals, false, meant.target);
  };
  const { count, offline, target: name } = meant;
  return [
    choice({
      id: "select-target",
      section: "actions",
      name,
      hint: t("Select {{count}} nodes:", { count }),
      icon: "filter",
      act: choose,
    }),
    choice({
      id: "run-target",
      section: "actions",
      name,
      hint:
        offline > 0
          ? t("Run a skill on {{count}} nodes, {{offline}} offline:", { count, offline })
          : t("Run a skill on {{count}} nodes:", { count }),
      icon: "run",
      keys: "Ctrl ↵",
      toForm: true,
      act: () => {
        choose();
        ui.getState().callForm();
      },
    }),
  ];
}

/** Words: those whose name, site, tags, address or system has them. */
export function matchActions({ fleet, ui }: Console, query: string, matches: number): PaletteChoice[] {
  const name = query.trim();
  const list: PaletteChoice[] = [];
  if (matches > 1)
    list.push(
      choice({
        id: "run-matches",
        section: "actions",
        name,
        hint: t("Run a skill on {{count}} nodes matching", { count: matches }),
        icon: "run",
        keys: "Ctrl ↵",
        toForm: true,
        act: () => {
          ui.getState().select(visibleStars(fleet, new Set(), query) ?? []);
          ui.getState().callForm();
        },
      }),
    );
  if (matches > 0) list.push(filterAction({ ui }, name));
  return list;
}

export function filterAction({ ui }: Pick<Console, "ui">, name: string): PaletteChoice {
  return choice({
    id: "filter",
    section: "actions",
    name,
    hint: t("Filter the map to"),
    icon: "filter",
    keys: "Tab",
    act: () => {
      const { page } = ui.getState();
      ui.getState().set({ search: name, page: page === "nodes" ? "nodes" : "map" });
    },
  });
}
