/**
 * How well something fits a few typed letters, and which nodes fit best. Better first: whole name, start, start of a
 * word, anywhere, then the rest of what is known of a node, at last letters in order.
 * Not here: drawing, what is done with what was found (choices.ts).
 */
import type { Fleet } from "../../state/fleet";
import { type Names, namesOf } from "./names";

export type FoundNode = { ordinal: number; score: number };

export const MOST_NODES = 8;
const ELSEWHERE = 20;
const IN_ORDER = 8;
const WORD_BREAK = /[\s._\-/:@]/;

/** Higher is better, 0 is no match. Both in lower case. */
export function score(name: string, query: string): number {
  if (query === "") return 1;
  const at = name.indexOf(query);
  if (at < 0) return inOrder(name, query) ? IN_ORDER : 0;
  return points(at, name.length, query.length, at > 0 && WORD_BREAK.test(name.charAt(at - 1)));
}

function points(at: number, length: number, queryLength: number, wordStart: boolean): number {
  if (at === 0) return length === queryLength ? 100 : 90 - Math.min(20, length - queryLength);
  return (wordStart ? 60 : 40) - Math.min(15, at);
}

/** The best nodes, and how many fit at all (letters in order do not count as fitting). */
export function findNodes(fleet: Fleet, query: string): { nodes: FoundNode[]; matches: number } {
  const wanted = query.trim().toLowerCase();
  const names = namesOf(fleet);
  if (wanted === "") return { nodes: [], matches: 0 };
  const nodes: FoundNode[] = [];
  let matches = 0;
  let line = 0;
  const { text, starts, nameEnds, ordinals } = names;
  for (let at = text.indexOf(wanted); at >= 0; ) {
    while ((starts[line + 1] ?? text.length) <= at) line += 1;
    const start = starts[line] ?? 0;
    const end = nameEnds[line] ?? 0;
    const inName = at + wanted.length <= end;
    const wordStart = inName && at > start && WORD_BREAK.test(text.charAt(at - 1));
    const found = inName ? points(at - start, end - start, wanted.length, wordStart) : ELSEWHERE;
    matches += 1;
    keepBest(nodes, ordinals[line] ?? 0, found);
    line += 1;
    const next = starts[line];
    if (next === undefined || line >= ordinals.length) break;
    at = text.indexOf(wanted, next);
  }
  if (matches === 0) loosely(names, wanted, nodes);
  return { nodes, matches };
}

function loosely({ text, starts, nameEnds, ordinals }: Names, wanted: string, into: FoundNode[]): void {
  if (wanted.length < 2 || wanted.length > 24) return;
  for (let line = 0; line < ordinals.length; line++) {
    const end = nameEnds[line] ?? 0;
    let at = starts[line] ?? 0;
    let letter = 0;
    for (; at < end && letter < wanted.length; at++) if (text.charCodeAt(at) === wanted.charCodeAt(letter)) letter += 1;
    if (letter === wanted.length) keepBest(into, ordinals[line] ?? 0, IN_ORDER);
  }
}

function keepBest(list: FoundNode[], ordinal: number, found: number): void {
  const last = list[list.length - 1];
  if (list.length >= MOST_NODES && last && last.score >= found) return;
  const at = list.findIndex((other) => other.score < found);
  list.splice(at < 0 ? list.length : at, 0, { ordinal, score: found });
  if (list.length > MOST_NODES) list.pop();
}

function inOrder(name: string, query: string): boolean {
  let at = -1;
  for (const letter of query) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return query.length > 1;
}
