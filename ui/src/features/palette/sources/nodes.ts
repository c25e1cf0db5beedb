/** Nodes in the palette: Enter flies there and opens. Not here: finding them (match.ts). */
import { percent } from "../../../components/format";
import { t } from "../../../i18n";
import type { Console } from "../../../state/console";
import { Status } from "../../../state/status";
import { choice, type PaletteChoice } from "../choice";
import type { FoundNode } from "../match";

export function nodeChoice(console: Console, { ordinal, score }: FoundNode): PaletteChoice | null {
  const { fleet, ui } = console;
  const node = fleet.node(ordinal);
  if (!node) return null;
  const cpu = fleet.load(ordinal, "cpu");
  const load =
    fleet.status[ordinal] === Status.Offline ? t("offline") : `${t("CPU")} ${cpu === null ? "—" : percent(cpu)}`;
  return choice({
    id: `node-${node.id}`,
    section: "nodes",
    name: node.name,
    hint: `${fleet.groupLabel(ordinal)} · ${load}`,
    verb: t("Fly to"),
    ordinal,
    score,
    act: () => {
      ui.getState().openNode(ordinal);
      ui.getState().fly("star", ordinal);
    },
  });
}
