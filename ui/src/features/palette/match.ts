/**
 * Finds nodes, groups and skills by a few typed letters: a plain scan over lower-cased names, which for 100,000 nodes
 * takes a few milliseconds. Better matches first: whole name, start, start of a word, anywhere, letters in order.
 * Not here: drawing.
 */

import { searchText } from "../../state/filter";
import type { Fleet } from "../../state/fleet";

export type Found =
  | { kind: "node"; ordinal: number; name: string; score: number }
  | { kind: "group"; group: number; name: string; size: number; score: number }
  | { kind: "skill"; skill: string; method: string; title: string; name: string; score: number };

export const MOST_NODES = 8;
const MOST_GROUPS = 4;
const MOST_SKILLS = 4;

/** Higher is better, 0 is no match. */
export function score(name: string, query: string): number {
  if (query === "") return 1;
  if (name === query) return 100;
  const at = name.indexOf(query);
  if (at === 0) return 90 - Math.min(20, name.length - query.length);
  if (at > 0) return (/[\s._\-/:]/.test(name.charAt(at - 1)) ? 60 : 40) - Math.min(15, at);
  return inOrder(name, query) ? 8 : 0;
}

export function find(
  fleet: Fleet,
  query: string,
): { nodes: Found[]; groups: Found[]; skills: Found[]; matches: number } {
  const words = query.trim().toLowerCase();
  const nodes: Found[] = [];
  let matches = 0;
  for (const ordinal of fleet.ordinals()) {
    const node = fleet.node(ordinal);
    if (!node) continue;
    const text = searchText(fleet, ordinal);
    const name = text.slice(0, text.indexOf("\n"));
    const points = score(name, words) || (words !== "" && text.includes(words) ? 20 : 0);
    if (points > 8) matches += 1;
    if (points > 0) keepBest(nodes, { kind: "node", ordinal, name: node.name, score: points }, MOST_NODES);
  }
  const groups: Found[] = [];
  for (const group of fleet.groups) {
    const counts = fleet.groupCounts[group.index];
    const size = counts ? counts.online + counts.degraded + counts.offline : 0;
    const points = group.index === 0 || size === 0 ? 0 : score(group.label.toLowerCase(), words);
    if (points > 0)
      keepBest(groups, { kind: "group", group: group.index, name: group.label, size, score: points }, MOST_GROUPS);
  }
  return { nodes, groups, skills: words === "" ? [] : findSkills(fleet, words), matches: words === "" ? 0 : matches };
}

/** Method lists are shared by most nodes, so each distinct list is read once. */
function findSkills(fleet: Fleet, words: string): Found[] {
  const lists = new Set<readonly { skill: string; method: string; title: string }[]>();
  for (const ordinal of fleet.ordinals()) {
    const methods = fleet.node(ordinal)?.methods;
    if (methods && methods.length > 0) lists.add(methods);
    if (lists.size >= 200) break;
  }
  const skills: Found[] = [];
  const seen = new Set<string>();
  for (const list of lists) {
    for (const { skill, method, title } of list) {
      const name = `${skill}.${method}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const points = Math.max(score(name.toLowerCase(), words), score(title.toLowerCase(), words));
      if (points > 0) keepBest(skills, { kind: "skill", skill, method, title, name, score: points }, MOST_SKILLS);
    }
  }
  return skills;
}

function keepBest(list: Found[], item: Found, most: number): void {
  const last = list[list.length - 1];
  if (list.length >= most && last && last.score >= item.score) return;
  const at = list.findIndex((other) => other.score < item.score);
  list.splice(at < 0 ? list.length : at, 0, item);
  if (list.length > most) list.pop();
}

function inOrder(name: string, query: string): boolean {
  let at = -1;
  for (const letter of query) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return query.length > 1;
}
