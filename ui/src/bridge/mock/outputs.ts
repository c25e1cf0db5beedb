/**
 * What the targets of a simulated job wrote, grouped by equal endings, with a line diff against the majority; and the
 * search through it. The real ones are made by the Nexus from what it keeps.
 */
import type { OutputGroupView, SearchView, TargetView } from "../types";
import { hashOf } from "./audit";

type Written = { target: TargetView; text: string };
const LONGEST_DIFF = 400;

export function groupsOf(all: readonly Written[]): OutputGroupView[] {
  const groups = new Map<string, Written[]>();
  for (const one of all) {
    if (one.target.executionId === null || one.target.finishedAt === null) continue;
    const key = `${one.target.state} ${one.target.exitCode} ${hashOf(one.text)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const bySize = [...groups.values()].sort((a, b) => a.length - b.length);
  const majority = bySize.at(-1);
  const rank = (one: Written[]) => (one === majority ? 2 : (one[0] as Written).target.state === "succeeded" ? 1 : 0);
  const sorted = [...bySize].sort((a, b) => rank(a) - rank(b));
  return sorted.map((members) => {
    const { target, text } = members[0] as Written;
    return {
      state: target.state,
      exitCode: target.exitCode,
      error: target.error,
      sha256: hashOf(text),
      count: members.length,
      majority: members === majority,
      nodes: members.slice(0, 200).map(({ target: t }) => ({
        nodeId: t.nodeId,
        nodeName: t.nodeName,
        executionId: t.executionId,
        durationMs: t.durationMs,
      })),
      text,
      truncated: false,
      diff: members === majority || majority === undefined ? null : diff((majority[0] as Written).text, text),
    };
  });
}

export function searched(all: readonly Written[], wanted: string, limit: number): SearchView {
  const hits: SearchView["hits"] = [];
  let complete = true;
  for (const { target, text } of all) {
    for (const [i, line] of text.split("\n").entries()) {
      if (!line.toLowerCase().includes(wanted.toLowerCase())) continue;
      if (hits.length >= limit) complete = false;
      else
        hits.push({
          executionId: target.executionId ?? "",
          nodeId: target.nodeId,
          nodeName: target.nodeName,
          stream: "stdout",
          line: i + 1,
          text: line,
        });
    }
  }
  return { hits, complete };
}

/** Lines that are in both stay, by the longest common sequence. */
export function diff(from: string, to: string): string | null {
  const linesOf = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
  const [a, b] = [linesOf(from), linesOf(to)];
  if (a.length > LONGEST_DIFF || b.length > LONGEST_DIFF) return null;
  const longest = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      (longest[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines = ["--- the majority", "+++ these", `@@ -1,${a.length} +1,${b.length} @@`];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i]}`);
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${a[i]}`);
      i += 1;
    } else {
      lines.push(`+${b[j]}`);
      j += 1;
    }
  }
  return lines.join("\n");
}
