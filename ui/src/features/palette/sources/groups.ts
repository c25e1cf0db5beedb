/** Groups in the palette: those of the chart are flown to, saved ones are selected. */
import type { SavedGroupView } from "../../../bridge/types";
import { t } from "../../../i18n";
import type { Console } from "../../../state/console";
import { problemText } from "../../../state/problem";
import { plain } from "../../../state/text";
import { choice, type PaletteChoice } from "../choice";
import { score } from "../match";

export function groupChoices(console: Console, saved: readonly SavedGroupView[], words: string): PaletteChoice[] {
  return [...chartGroups(console, words), ...savedGroups(console, saved, words)];
}

function chartGroups({ fleet, ui }: Console, words: string): PaletteChoice[] {
  const list: PaletteChoice[] = [];
  for (const { index, key, label } of fleet.groups) {
    const counts = fleet.groupCounts[index];
    const size = counts ? counts.online + counts.degraded + counts.offline : 0;
    const points = index === 0 || size === 0 ? 0 : score(label.toLowerCase(), words);
    if (points === 0) continue;
    list.push(
      choice({
        id: `group-${key}`,
        section: "groups",
        name: label,
        hint: t("{{count}} nodes", { count: size }),
        verb: t("Fly to"),
        icon: "group",
        score: points,
        act: () => {
          ui.getState().go("map");
          ui.getState().fly("group", index);
        },
      }),
    );
  }
  return list;
}

function savedGroups(console: Console, saved: readonly SavedGroupView[], words: string): PaletteChoice[] {
  return saved.flatMap(({ name: raw, count }) => {
    const name = plain(raw, 64);
    const points = score(name.toLowerCase(), words);
    if (points === 0) return [];
    return choice({
      id: `saved-${name}`,
      section: "groups",
      name: `@${name}`,
      hint: count === null ? t("saved group") : t("{{count}} nodes", { count }),
      verb: t("Select"),
      icon: "saved",
      score: points,
      act: () => void selectSaved(console, raw),
    });
  });
}

async function selectSaved({ bridge, ui, news }: Console, name: string): Promise<void> {
  try {
    const request = { target: `@${name}`, nodeIds: null, skill: null, method: null };
    const { ordinals, target } = await bridge.resolveTarget(request);
    const { page, go, select } = ui.getState();
    if (page !== "map" && page !== "nodes") go("map");
    select(ordinals, false, plain(target, 4000));
  } catch (reason) {
    news.toast(t("The group cannot be selected: {{reason}}", { reason: problemText(reason) }), "problem");
  }
}
