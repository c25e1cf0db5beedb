/**
 * One filter for map and table: status classes and words that must all occur in a node's name, site, tags, address
 * or system. Returns null when nothing is filtered, so that the common case costs nothing.
 * Not here: scoring for the palette (features/palette).
 */
import type { Fleet } from "./fleet";
import { classOf, type StatusClass } from "./status";

export function visibleStars(
  fleet: Fleet,
  statuses: ReadonlySet<StatusClass>,
  search: string,
): ReadonlySet<number> | null {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (statuses.size === 0 && words.length === 0) return null;
  const visible = new Set<number>();
  for (const ordinal of fleet.ordinals()) {
    const status = classOf(fleet.status[ordinal] ?? 0);
    if (statuses.size > 0 && (status === null || !statuses.has(status))) continue;
    if (words.length > 0) {
      const text = searchText(fleet, ordinal);
      if (!words.every((word) => text.includes(word))) continue;
    }
    visible.add(ordinal);
  }
  return visible;
}

const texts = new WeakMap<object, string>();

/** Lower-cased text of a node that a search looks at; made once per version of its details. */
export function searchText(fleet: Fleet, ordinal: number): string {
  const node = fleet.node(ordinal);
  if (!node) return "";
  let text = texts.get(node);
  if (text === undefined) {
    text = [
      node.name,
      fleet.groupLabel(ordinal),
      node.tags.join(" "),
      node.address,
      node.hostname,
      node.osName,
      node.platform,
    ]
      .join("\n")
      .toLowerCase();
    texts.set(node, text);
  }
  return text;
}
