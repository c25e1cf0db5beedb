/**
 * One filter for map and table: status classes, and words that must all occur in a node's name, site, tags, address
 * or system; or an expression (tag:gpu and not site=paris), whose nodes the Nexus names. Returns null when nothing is filtered, so that the common case costs nothing.
 * Not here: scoring for the palette (features/palette).
 */
import type { Fleet } from "./fleet";
import { classOf, type StatusClass } from "./status";

/** The nodes that an expression means, as the Nexus answered; of use only while this very text is searched for. */
export type Meant = { search: string; ordinals: ReadonlySet<number> } | null;

/** Whether a text is more than words to look for: an expression that says which nodes are meant. */
export function isExpression(text: string): boolean {
  return /[:=<>*@]|^not |\s(and|or|not)\s|,/.test(text.trim());
}

export function visibleStars(
  fleet: Fleet,
  statuses: ReadonlySet<StatusClass>,
  search: string,
  meant: Meant = null,
  status: Uint8Array = fleet.status,
): ReadonlySet<number> | null {
  const named = meant !== null && meant.search === search ? meant.ordinals : null;
  if (named !== null) return statuses.size === 0 ? named : ofClasses(status, statuses, named);
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (statuses.size === 0 && words.length === 0) return null;
  const visible = new Set<number>();
  for (const ordinal of fleet.ordinals()) {
    const own = classOf(status[ordinal] ?? 0);
    if (statuses.size > 0 && (own === null || !statuses.has(own))) continue;
    if (words.length > 0) {
      const text = searchText(fleet, ordinal);
      if (!words.every((word) => text.includes(word))) continue;
    }
    visible.add(ordinal);
  }
  return visible;
}

function ofClasses(of: Uint8Array, statuses: ReadonlySet<StatusClass>, from: Iterable<number>): ReadonlySet<number> {
  const visible = new Set<number>();
  for (const ordinal of from) {
    const status = classOf(of[ordinal] ?? 0);
    if (status !== null && statuses.has(status)) visible.add(ordinal);
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
