import { expect, test } from "vitest";
import { ago, bytes, safeLocale, seconds } from "./format";

test("a locale that Intl refuses becomes one it knows", () => {
  expect(safeLocale("C")).toBe("en-US");
  expect(safeLocale("POSIX_")).toBe("en-US");
  expect(safeLocale(undefined)).toBe("en-US");
  expect(safeLocale("pl-pl")).toBe("pl-PL");
  for (const given of ["C", "c", "C.UTF-8", "", "de-DE"])
    expect(() => new Intl.NumberFormat(safeLocale(given))).not.toThrow();
});

test("times and sizes in words", () => {
  expect(seconds(4230)).toBe("4.2 s");
  expect(seconds(75_000)).toBe("1 min 15 s");
  expect(bytes(1_250_000)).toBe("1.3 MB");
  expect(ago("not a date")).toBe("—");
  expect(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T02:00:00Z"))).toBe("2 h ago");
});
