/**
 * All nodes as one long text, so that looking through 100,000 of them is one scan of the engine's own: each node's line
 * begins with its name. Made again when nodes came, went or changed; only then.
 * Not here: which hits are better (match.ts).
 */
import { searchText } from "../../state/filter";
import type { Fleet } from "../../state/fleet";

export type Names = {
  version: number;
  /** Lower-cased; the end of a node's text is a NUL, which no clean text holds. */
  text: string;
  /** The node of each line, where the line begins and where its name ends. */
  ordinals: Uint32Array;
  starts: Uint32Array;
  nameEnds: Uint32Array;
};

const cache = new WeakMap<Fleet, Names>();

export function namesOf(fleet: Fleet): Names {
  const version = fleet.versions.structure;
  const cached = cache.get(fleet);
  if (cached?.version === version) return cached;
  const { size } = fleet;
  const lines: string[] = new Array(size);
  const ordinals = new Uint32Array(size);
  const starts = new Uint32Array(size + 1);
  const nameEnds = new Uint32Array(size);
  let line = 0;
  let at = 0;
  for (const ordinal of fleet.ordinals()) {
    const text = searchText(fleet, ordinal);
    const end = text.indexOf("\n");
    lines[line] = text;
    ordinals[line] = ordinal;
    starts[line] = at;
    nameEnds[line] = at + (end < 0 ? text.length : end);
    at += text.length + 1;
    line += 1;
  }
  starts[line] = at;
  const made = { version, text: lines.join("\0"), ordinals, starts, nameEnds };
  cache.set(fleet, made);
  return made;
}
