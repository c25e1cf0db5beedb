/** What differs between two texts, line by line. Pure. Not here: drawing it. */

export type Line = { kind: "same" | "gone" | "new"; text: string };

/** Beyond this the middle is told as all gone and all new, which is never wrong. */
const MOST_CELLS = 4_000_000;

export function differing(before: string, after: string): Line[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1;
  const middle = aligned(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (text: string): Line => ({ kind: "same", text });
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

/** The longest common part, found from the end so that it can be walked from the beginning. */
function aligned(a: readonly string[], b: readonly string[]): Line[] {
  const gone = (text: string): Line => ({ kind: "gone", text });
  const fresh = (text: string): Line => ({ kind: "new", text });
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_CELLS) return [...a.map(gone), ...b.map(fresh)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ kind: "same", text: a[i] as string });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push(gone(a[i++] as string));
    else lines.push(fresh(b[j++] as string));
  }
  return [...lines, ...a.slice(i).map(gone), ...b.slice(j).map(fresh)];
}

/** Lines that differ, with a few of the same around them; null stands for what was left out. */
export function around(lines: readonly Line[], near = 3): (Line | null)[] {
  const kept = lines.map((line) => line.kind !== "same");
  const shown = lines.map((_, i) => kept.slice(Math.max(0, i - near), i + near + 1).some(Boolean));
  const out: (Line | null)[] = [];
  lines.forEach((line, i) => {
    if (shown[i]) out.push(line);
    else if (out.at(-1) !== null && i > 0) out.push(null);
    else if (i === 0) out.push(null);
  });
  return out;
}
