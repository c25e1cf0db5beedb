/** A chart's dimension in words, and the tags by which this swarm could be charted. Not here: what the host makes of it. */
import type { ChartBy } from "../../bridge/types";
import { t } from "../../i18n";
import type { Fleet } from "../../state/fleet";

export type TagKey = { key: string; values: number; nodes: number };

/** Tags of other dimensions. */
const OWN: ReadonlySet<string> = new Set(["site", "role"]);
const MOST_KEYS = 8;
/** Where nearly everybody has a value of its own, a chart is dust. */
const MOST_VALUES = 400;

export function dimensionWord(by: ChartBy): string {
  switch (by.dimension) {
    case "site":
      return t("Site");
    case "role":
      return t("Role");
    case "group":
      return t("Saved group");
    case "tag":
      return by.key ?? t("Tag");
  }
}

/** Those that most nodes carry first. */
export function tagKeys(fleet: Fleet): TagKey[] {
  const found = new Map<string, { values: Set<string>; nodes: number }>();
  for (const ordinal of fleet.ordinals()) {
    for (const tag of fleet.node(ordinal)?.tags ?? []) {
      const cut = tag.search(/[=:]/);
      const key = cut < 0 ? "" : tag.slice(0, cut);
      if (key === "" || OWN.has(key)) continue;
      const entry = found.get(key) ?? { values: new Set(), nodes: 0 };
      if (entry.values.size <= MOST_VALUES) entry.values.add(tag.slice(cut + 1).toLowerCase());
      entry.nodes += 1;
      found.set(key, entry);
    }
  }
  return [...found]
    .map(([key, { values, nodes }]) => ({ key, values: values.size, nodes }))
    .filter(({ values, nodes }) => nodes > 1 && values <= MOST_VALUES)
    .sort((a, b) => b.nodes - a.nodes || a.key.localeCompare(b.key))
    .slice(0, MOST_KEYS);
}

export const sameBy = (a: ChartBy, b: ChartBy): boolean => a.dimension === b.dimension && a.key === b.key;
