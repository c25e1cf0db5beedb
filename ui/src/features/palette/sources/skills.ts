/** Skills in the palette: the form of the method comes up for whatever is chosen, else for everybody who has it. */
import { t } from "../../../i18n";
import type { Console } from "../../../state/console";
import { choice, type PaletteChoice } from "../choice";
import { score } from "../match";

const MOST_LISTS = 200;

export function skillChoices(console: Console, words: string): PaletteChoice[] {
  const seen = new Set<string>();
  const list: PaletteChoice[] = [];
  for (const methods of listsOf(console)) {
    for (const { skill, method, title } of methods) {
      const name = `${skill}.${method}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const points = Math.max(score(name.toLowerCase(), words), score(title.toLowerCase(), words));
      if (points === 0) continue;
      list.push(
        choice({
          id: `skill-${name}`,
          section: "skills",
          name,
          hint: title,
          verb: verb(console),
          icon: "skill",
          toForm: true,
          score: points,
          act: () => wishFor(console, skill, method),
        }),
      );
    }
  }
  return list;
}

/** Method lists are shared by most nodes, so each distinct list is read once. */
function listsOf({ fleet }: Console): Set<readonly { skill: string; method: string; title: string }[]> {
  const lists = new Set<readonly { skill: string; method: string; title: string }[]>();
  for (const ordinal of fleet.ordinals()) {
    const methods = fleet.node(ordinal)?.methods;
    if (methods && methods.length > 0) lists.add(methods);
    if (lists.size >= MOST_LISTS) break;
  }
  return lists;
}

function verb({ fleet, ui }: Console): string {
  const { open, selected } = ui.getState();
  if (selected.size > 0) return t("Run on {{count}} selected", { count: selected.size });
  if (open === null) return t("Select who has it");
  return t("Run on {{name}}", { name: fleet.node(open)?.name ?? "" });
}

function wishFor({ fleet, ui }: Console, skill: string, method: string): void {
  const state = ui.getState();
  if (state.open === null && state.selected.size === 0) {
    state.select(
      [...fleet.ordinals()].filter((o) => fleet.node(o)?.methods.some((m) => m.skill === skill && m.method === method)),
    );
  }
  if (state.page !== "map" && state.page !== "nodes") state.go("map");
  state.set({ method: `${skill}.${method}`, job: null });
  state.callForm();
}
