import { expect, test } from "vitest";
import { diffOf, linesOf } from "./lines";

test("control sequences and overrides do not reach the reader, in text and in diffs", () => {
  expect(linesOf("\u001b[2J\u001b[31mred\u001b[0m\n\u001b]0;title\u0007safe \u202eesrever\u202c end\n")).toEqual([
    "red",
    "safe esrever end",
  ]);
  const [line] = diffOf("+\u001b[31mred\u202e\u001b[0m");
  expect(line?.sign).toBe("+");
  expect(line?.text).toBe("red");
});

test("a lone carriage return writes the line anew, as on a terminal", () => {
  expect(linesOf("10 %\r20 %\rdone\n")).toEqual(["done"]);
});

test("the marks of a diff are apart from its text, its head is left out", () => {
  expect(diffOf("--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n-old\n+--- new\n")).toEqual([
    { sign: " ", text: "same" },
    { sign: "-", text: "old" },
    { sign: "+", text: "--- new" },
  ]);
});
