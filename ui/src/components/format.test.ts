import { afterEach, expect, test } from "vitest";
import { chooseLanguage } from "../i18n";
import { ago, bytes, count, decimal, fullTime, remaining, seconds } from "./format";

afterEach(() => chooseLanguage("system"));

test("times and sizes in words", () => {
  chooseLanguage("en");
  expect(seconds(4230)).toBe("4.2 s");
  expect(seconds(75_000)).toBe("1 min 15 s");
  expect(bytes(1_250_000)).toBe("1.3 MB");
  expect(count(12_345)).toBe("12,345");
  expect(ago("not a date")).toBe("—");
  expect(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T02:00:00Z"))).toBe("2 h ago");
});

test("the same in Polish, from the next call on", () => {
  const day = Date.parse("2026-01-01T00:00:00Z");
  chooseLanguage("pl");
  expect(seconds(4230)).toBe("4,2 s");
  expect(bytes(1_250_000)).toBe("1,3 MB");
  expect(decimal(0.25, 2)).toBe("0,25");
  expect(count(12_345)).toBe("12\u00a0345");
  expect(fullTime("2026-03-05T12:00:00Z")).toContain("mar 2026");
  expect([1, 2, 5, 22].map((d) => ago(new Date(day - d * 86_400_000).toISOString(), day))).toEqual([
    "1 dzień temu",
    "2 dni temu",
    "5 dni temu",
    "22 dni temu",
  ]);
  expect(remaining("2025-12-31T00:00:00Z", day)).toBe("minęło");
});
