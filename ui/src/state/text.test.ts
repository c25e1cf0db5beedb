import { expect, test } from "vitest";
import { ControlStripper, plain } from "./text";

const strip = (...parts: string[]) => {
  const stripper = new ControlStripper();
  return parts.map((part) => stripper.feed(part)).join("");
};

test.each([
  ["plain text stays", "été 日本 🚀\tx", "été 日本 🚀\tx"],
  ["colours go", "\u001b[31;1mred\u001b[0m", "red"],
  ["8-bit CSI goes", "a\u009b2Jb", "ab"],
  ["a window title goes (BEL)", "a\u001b]0;owned\u0007b", "ab"],
  ["a window title goes (ST)", "a\u001b]52;c;ZXZpbA==\u001b\\b", "ab"],
  ["device control goes", "a\u001bPq#0;1\u001b\\b", "ab"],
  ["charset and short escapes go", "a\u001b(Bb\u001bMc", "abc"],
  ["bells, backspaces, NUL and DEL go", "a\u0007\u0008\u0000\u007fb", "ab"],
  ["bidirectional overrides go", "user\u202etxt.exe\u2066x\u2069\u200f", "usertxt.exex"],
  ["newline, tab and return stay", "a\r\nb\tc", "a\r\nb\tc"],
])("%s", (_name, given, expected) => {
  expect(strip(given)).toBe(expected);
});

test("a sequence cut in half between chunks is still removed", () => {
  expect(strip("a\u001b", "[3", "1mb")).toBe("ab");
  expect(strip("a\u001b]0;ti", "tle\u0007b")).toBe("ab");
});

test("an unfinished string sequence cannot swallow what follows", () => {
  expect(strip("a\u001b]0;never ends\nnext line")).toBe("a\nnext line");
  expect(strip(`a\u001b]0;${"x".repeat(10_000)}end`)).toMatch(/x+end$/);
});

test("names lose controls and line breaks and are cut", () => {
  expect(plain("web\u001b[2J\n01\u202e")).toBe("web 01");
  expect(plain("x".repeat(300), 10)).toBe(`${"x".repeat(9)}…`);
  expect(plain(undefined)).toBe("");
  expect(plain({ toString: () => "no" })).toBe("");
});
