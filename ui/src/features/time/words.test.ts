import { afterEach, expect, test } from "vitest";
import { chooseLanguage } from "../../i18n";
import { before, hoursOf, momentOf } from "./words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => chooseLanguage("system"));

test("a moment before midnight was yesterday from midnight on", () => {
  chooseLanguage("en");
  const late = new Date(2026, 10, 30, 23, 55).getTime();
  expect(momentOf(late, late + 4 * MINUTE)).toBe("23:55");
  expect(momentOf(late, late + 5 * MINUTE)).toBe("Yesterday, 23:55");
  expect(momentOf(late, late + 24 * HOUR)).toBe("Yesterday, 23:55");
  chooseLanguage("pl");
  expect(momentOf(late, late + HOUR)).toBe("Wczoraj, 23:55");
});

test("how long ago, to the minute", () => {
  chooseLanguage("en");
  const now = new Date(2026, 10, 30, 0, 5).getTime();
  expect([0, 1, 59, 60, 175].map((minutes) => before(now - minutes * MINUTE, now))).toEqual([
    "now",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "2 h 55 min ago",
  ]);
  expect(before(now + HOUR, now)).toBe("now");
});

test("marks stand at full hours, three apart, and never at the very edge", () => {
  const to = new Date(2026, 5, 30, 0, 5).getTime();
  const marks = hoursOf(to - 24 * HOUR, to);
  expect(marks.map(({ at }) => new Date(at).getHours())).toEqual([3, 6, 9, 12, 15, 18, 21]);
  for (const { share } of marks) expect(share).toSatisfy((part: number) => part > 0.015 && part < 0.975);
});
