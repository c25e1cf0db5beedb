import { expect, test } from "vitest";
import { around, differing, type Line } from "./diff";

const told = (lines: readonly (Line | null)[]) =>
  lines.map((line) => (line === null ? "…" : `${{ same: " ", gone: "-", new: "+" }[line.kind]}${line.text}`));
const applied = (lines: readonly Line[], without: Line["kind"]) =>
  lines.filter((line) => line.kind !== without).map((line) => line.text);

test("what is the same stays, what differs is told once", () => {
  expect(told(differing("a\nb\nc\nd", "a\nx\nc\nd\ne"))).toEqual([" a", "-b", "+x", " c", " d", "+e"]);
  expect(told(differing("same", "same"))).toEqual([" same"]);
  expect(told(differing("", "new"))).toEqual(["-", "+new"]);
});

test("both texts can be read out of it, whatever they are", () => {
  let seed = 7;
  const next = (most: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  for (let round = 0; round < 200; round++) {
    const text = () => Array.from({ length: next(12) }, () => "abc"[next(3)]).join("\n");
    const [before, after] = [text(), text()];
    const lines = differing(before, after);
    expect(applied(lines, "new").join("\n")).toBe(before);
    expect(applied(lines, "gone").join("\n")).toBe(after);
  }
});

test("two large texts that have nothing in common are told as such, not compared for ever", () => {
  const large = (word: string) => Array.from({ length: 5000 }, (_, i) => `${word} ${i}`).join("\n");
  expect(differing(large("a"), large("b"))).toHaveLength(10_000);
});

test("far from a change nothing is shown", () => {
  const text = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const lines = around(differing(text.join("\n"), text.with(15, "other").join("\n")), 1);
  expect(told(lines)).toEqual(["…", " line 14", "-line 15", "+other", " line 16", "…"]);
  expect(around(differing("x", "x"))).toEqual([null]);
});
