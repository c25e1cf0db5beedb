import { expect, test } from "vitest";
import type { OutputView } from "../bridge/types";
import { OutputBuffer } from "./output";

let seq = 0;
const chunk = (text: string, at: Partial<OutputView> = {}): OutputView => ({
  executionId: "e",
  seq: seq++,
  stream: "stdout",
  text,
  atMs: 0,
  ...at,
});
const fresh = () => {
  seq = 0;
  return new OutputBuffer();
};
const texts = (buffer: OutputBuffer) => buffer.lines.map((line) => line.text);

test("a line that comes in pieces is one line", () => {
  const buffer = fresh();
  buffer.append(chunk("he"));
  buffer.append(chunk("llo\nwor"));
  buffer.append(chunk("ld\n\nend"));
  expect(texts(buffer)).toEqual(["hello", "world", "", "end"]);
});

test("a lone carriage return writes the line anew, CRLF does not", () => {
  const buffer = fresh();
  buffer.append(chunk("10 %\r20 %\r30 %\nnext\r\nlast"));
  expect(texts(buffer)).toEqual(["30 %", "next", "last"]);
});

test("streams do not run into each other", () => {
  const buffer = fresh();
  buffer.append(chunk("out"));
  buffer.append(chunk("err", { stream: "stderr" }));
  buffer.append(chunk("more"));
  expect(buffer.lines.map((line) => [line.stream, line.text])).toEqual([
    ["stdout", "out"],
    ["stderr", "err"],
    ["stdout", "more"],
  ]);
});

test("repeated, late and malformed chunks change nothing", () => {
  const buffer = fresh();
  buffer.append(chunk("a\n"));
  buffer.append(chunk("b\n"));
  expect(buffer.append(chunk("again\n", { seq: 0 }))).toBe(false);
  expect(buffer.append(chunk("nan\n", { seq: Number.NaN }))).toBe(false);
  expect(buffer.append({ ...chunk("x"), seq: 7, text: 5 as unknown as string })).toBe(false);
  expect(texts(buffer)).toEqual(["a", "b"]);
});

test("missing chunks leave a visible mark", () => {
  const buffer = fresh();
  buffer.append(chunk("a\n"));
  buffer.append(chunk("d\n", { seq: 3 }));
  expect(buffer.lines[1]).toMatchObject({ stream: "gap", text: "2 pieces of output missing" });
  expect(buffer.text()).toContain("[2 pieces of output missing]");
});

test("a beginning that this window did not see is known to be missing", () => {
  const buffer = fresh();
  buffer.append(chunk("late\n", { seq: 12 }));
  expect(buffer.headMissing).toBe(true);
});

test("the buffer is bounded in lines and says what it dropped", () => {
  const buffer = fresh();
  for (let i = 0; i < 30; i++)
    buffer.append(chunk(Array.from({ length: 1000 }, (_, k) => `l${i * 1000 + k}\n`).join("")));
  expect(buffer.lines.length).toBeLessThanOrEqual(5500);
  expect(buffer.lines.length + buffer.dropped).toBe(30_000);
  expect(buffer.lines.at(-1)?.text).toBe("l29999");
  expect(buffer.text()).toMatch(/^\[[\d,]+ earlier lines not kept\]/);
});

test("the buffer is bounded in size, also for one endless line", () => {
  const buffer = fresh();
  for (let i = 0; i < 60; i++) buffer.append(chunk("x".repeat(100_000)));
  expect(buffer.chars).toBeLessThanOrEqual(2_000_000);
  expect(Math.max(...buffer.lines.map((line) => line.text.length))).toBeLessThanOrEqual(4096);
});
