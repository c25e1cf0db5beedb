import { afterEach, expect, test } from "vitest";
import { chooseLanguage, language, locale, t } from ".";
import { languageOf, localeOf, readChoice, safeLocale } from "./language";

afterEach(() => chooseLanguage("system"));

test("a locale that Intl refuses becomes one it knows", () => {
  expect(safeLocale("C")).toBe("en-US");
  expect(safeLocale("POSIX_")).toBe("en-US");
  expect(safeLocale(undefined)).toBe("en-US");
  expect(safeLocale("pl-pl")).toBe("pl-PL");
  for (const given of ["C", "c", "C.UTF-8", "", "de-DE"])
    expect(() => new Intl.NumberFormat(safeLocale(given))).not.toThrow();
});

test("the system is followed as far as there are words for what it wants", () => {
  expect(languageOf("system", ["C"])).toBe("en");
  expect(languageOf("system", [])).toBe("en");
  expect(languageOf("system", ["de-DE", "pl", "en-GB"])).toBe("pl");
  expect(languageOf("system", ["de-DE"])).toBe("en");
  expect(languageOf("en", ["pl-PL"])).toBe("en");
  expect(localeOf("en", ["pl-PL", "en-GB"])).toBe("en-GB");
  expect(localeOf("pl", ["en-US"])).toBe("pl-PL");
});

test("a choice holds at once and the next time, and says so to the page", () => {
  chooseLanguage("pl");
  expect([language(), locale(), document.documentElement.lang, readChoice()]).toEqual(["pl", "pl-PL", "pl", "pl"]);
  chooseLanguage("en");
  expect([language(), document.documentElement.lang, readChoice()]).toEqual(["en", "en", "en"]);
  localStorage.setItem("nexus.language", "klingon");
  expect(readChoice()).toBe("system");
});

test("what is counted takes the form of its number", () => {
  const nodes = (count: number) => t("{{count}} nodes", { count });
  chooseLanguage("en");
  expect([0, 1, 2, 12_345].map(nodes)).toEqual(["0 nodes", "1 node", "2 nodes", "12,345 nodes"]);
  chooseLanguage("pl");
  expect([0, 1, 2, 5, 12, 22, 25].map(nodes)).toEqual([
    "0 węzłów",
    "1 węzeł",
    "2 węzły",
    "5 węzłów",
    "12 węzłów",
    "22 węzły",
    "25 węzłów",
  ]);
});

test("a name is a name, whatever is in it", () => {
  for (const name of ["{{count}}", "$t(now)", "a, number", "<b>x</b>", "\u0000(now)", "$&", "__proto__"]) {
    expect(t("On {{name}}", { name, count: 2 })).toBe(`On ${name}`);
    expect(t("{{name}} and {{other}}", { name, other: "end" })).toBe(`${name} and end`);
  }
});
