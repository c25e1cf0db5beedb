/** Every text of the console is there in every language, in every form, and nothing is said past the catalogues. */
import { expect, test } from "vitest";
import { type Catalogue, flat } from "../src/i18n/catalogue";
import { scan } from "./words";

const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const english = import.meta.glob<Catalogue>("../src/i18n/en/*.ts", { eager: true, import: "default" });
const polish = import.meta.glob<Catalogue>("../src/i18n/pl/*.ts", { eager: true, import: "default" });

/** What says nothing to people, or says it in a language of its own: names of invented machines, shaders, tests, and what
 * old nodes would say of their skills if they said it. */
const SILENT = /\.test\.tsx?$|\/(kernels|i18n|scene\/gl|bridge)\/|execute\/builtin\.ts$|runbooks\/beginning\.ts$/;
const found = Object.entries(sources)
  .filter(([path]) => !SILENT.test(path))
  .map(([path, source]) => scan(path.replace("../src/", ""), source));
const used = found.flatMap((f) => f.used);
const en = flat(english);
const pl = flat(polish);

/** The entries that a use needs: with its contexts, and in every form where it counts. */
function entriesOf(use: (typeof used)[number], forms: readonly string[]): string[] {
  const keys = use.contexts.length > 0 ? use.contexts.map((context) => `${use.key}_${context}`) : [use.key];
  return use.counted ? keys.flatMap((key) => forms.map((form) => `${key}_${form}`)) : keys;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{.*?\}\}/g)].map((m) => m[0]).sort();
const tags = (text: string) => [...text.matchAll(/<\/?\w+ ?\/?>/g)].map((m) => m[0]).sort();

test("every text is in Polish, in all its forms", () => {
  const missing = used.flatMap((use) =>
    entriesOf(use, ["one", "few", "many", "other"])
      .filter((entry) => !(entry in pl))
      .map((entry) => `${use.at} ${JSON.stringify(entry)}`),
  );
  expect([...new Set(missing)]).toEqual([]);
});

test("what is counted has its English forms", () => {
  const missing = used
    .filter((use) => use.counted && !/\{\{count\}\} (min|h|d)\b/.test(use.key))
    .filter((use) => !(`${use.key}_one` in en && `${use.key}_other` in en))
    .map((use) => `${use.at} ${JSON.stringify(use.key)}`);
  expect(missing).toEqual([]);
});

test("a translation holds the same values and the same marks", () => {
  const wrong = used.flatMap((use) =>
    entriesOf(use, ["one", "few", "many", "other"]).flatMap((entry) => {
      const text = pl[entry];
      if (text === undefined) return [];
      const bare = (list: string[]) => (entry.endsWith("_one") ? list.filter((p) => p !== "{{count}}") : list).join();
      const same = bare(placeholders(text)) === bare(placeholders(use.key));
      return same && tags(text).join() === tags(use.key).join() ? [] : [`${use.at} ${JSON.stringify(entry)}: ${text}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test("no entry is left over, and none stands twice with two meanings", () => {
  const needed = new Set(used.flatMap((use) => [...entriesOf(use, ["one", "few", "many", "other"]), use.key]));
  expect(Object.keys(pl).filter((entry) => !needed.has(entry))).toEqual([]);
  expect(Object.keys(en).filter((entry) => !needed.has(entry))).toEqual([]);
  for (const modules of [english, polish]) {
    const seen = new Map<string, string>();
    const torn: string[] = [];
    for (const [path, module] of Object.entries(modules))
      for (const [entry, text] of Object.entries(flat({ [path]: module }))) {
        if ((seen.get(entry) ?? text) !== text) torn.push(`${path} ${entry}`);
        seen.set(entry, text);
      }
    expect(torn).toEqual([]);
  }
});

test("nothing is said past the catalogues", () => {
  expect(found.flatMap((f) => f.problems)).toEqual([]);
});

test("the scan can fail", () => {
  const problems = (source: string) => scan("x.tsx", source).problems.length;
  expect(problems("const a = <p>Run it</p>;")).toBe(1);
  expect(problems('const a = <p aria-label="run" />;')).toBe(1);
  expect(problems('const a = <p>{open ? "open" : "closed"}</p>;')).toBe(0);
  expect(problems('toast("Nothing was run.");')).toBe(1);
  expect(problems(`toast(\`Nothing was run: \${why}\`);`)).toBe(1);
  expect(problems("t(message);")).toBe(1);
  expect(problems('<Trans i18nKey="On <b>{{name}}</b>" values={{ name }} />;')).toBe(1);
  expect(problems('const a = <p className="Big red" data-testid="The one">{t("Run")}</p>;')).toBe(0);
  expect(scan("x.tsx", 't(many ? "{{count}} a" : "{{count}} b", { count: 2 })').used).toHaveLength(2);
});
