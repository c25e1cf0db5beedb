/** What can be done with one row, without opening it first. Not here: what each of these does elsewhere. */
import { withModifier } from "../../components/Kbd";
import { Menu, type MenuItem, type Place } from "../../components/Menu";
import { t } from "../../i18n";
import type { Console } from "../../state/console";
import { useConsole, useFleet } from "../../state/hooks";

export type MenuAt = { ordinal: number; at: Element | Place } | null;

export function RowMenu({ menu, onClose, back }: { menu: MenuAt; onClose(): void; back(): HTMLElement | null }) {
  const console = useConsole();
  const node = useFleet((fleet) => (menu === null ? undefined : fleet.node(menu.ordinal)));
  const items = menu === null || !node ? [] : itemsFor(console, menu.ordinal);
  return (
    <Menu
      label={t("What can be done with {{name}}", { name: node?.name ?? "" })}
      open={menu !== null && node !== undefined}
      at={menu?.at ?? null}
      items={items}
      onClose={onClose}
      back={back}
      testId="row-menu-list"
    />
  );
}

function itemsFor(console: Console, ordinal: number): MenuItem[] {
  const { fleet, ui, news } = console;
  const state = ui.getState();
  const node = fleet.node(ordinal);
  if (!node) return [];
  const group = fleet.group[ordinal];
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => news.toast(t("Copied: {{text}}", { text })),
      () => news.toast(t("It could not be copied: this window may not use the clipboard."), "problem"),
    );
  return [
    { key: "open", label: t("Open"), keys: "↵", onChoose: () => state.openNode(ordinal) },
    {
      key: "run",
      label: t("Run a skill…"),
      keys: "R",
      onChoose: () => {
        state.openNode(ordinal);
        state.callForm();
      },
    },
    {
      key: "map",
      label: t("Show on the map"),
      onChoose: () => {
        state.go("map");
        state.openNode(ordinal);
        state.fly("star", ordinal);
      },
    },
    "line",
    {
      key: "select",
      label: state.selected.has(ordinal) ? t("Take out of the selection") : t("Add to the selection"),
      keys: withModifier("click"),
      onChoose: () => state.toggleSelected(ordinal),
    },
    {
      key: "group",
      label: t("Select all of {{group}}", { group: fleet.groupLabel(ordinal) }),
      keys: "G",
      onChoose: () => state.select([...fleet.ordinals()].filter((o) => fleet.group[o] === group)),
    },
    "line",
    { key: "copy-name", label: t("Copy the name"), onChoose: () => void copy(node.name) },
    ...(node.address === ""
      ? []
      : [{ key: "copy-address", label: t("Copy the address"), onChoose: () => void copy(node.address) }]),
    { key: "copy-id", label: t("Copy the id"), onChoose: () => void copy(node.id) },
    "line",
    {
      key: "audit",
      label: t("What was done on it"),
      onChoose: () => {
        state.set({ auditNode: node.name });
        state.go("audit");
      },
    },
  ];
}
