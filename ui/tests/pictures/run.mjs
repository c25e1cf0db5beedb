/**
 * The console looks as it did: pictures of its key views in both themes beside those that are kept here.
 * `UPDATE=1 node ui/tests/pictures/run.mjs` keeps what is there now; look at what changed before it is committed.
 * Everything that moves by itself stands still: the clock, motion, what the invented swarm does.
 * Not here: how two pictures are compared (blocks.mjs); pictures of everything, to look at (../shots.mjs).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { awake, hear, openHouse } from "../shots/house.mjs";
import { compare, shrink } from "./blocks.mjs";

const VIEWS = [
  { name: "density", query: "n=100000" },
  { name: "map", query: "n=184" },
  { name: "node", query: "n=184&open=fra-db-04&tab=overview" },
  { name: "jobs", query: "n=184&view=jobs" },
  { name: "table", query: "n=184&view=table" },
  { name: "alerts", query: "n=184&view=alerts" },
];
const THEMES = ["dark", "light"];
const NOW = new Date("2026-05-12T10:24:00Z");
/** Between two pictures of one page. */
const REST_MS = 500;
const MOST_TRIES = 30;
const HERE = dirname(fileURLToPath(import.meta.url));
const update = process.env.UPDATE === "1";
const actual = join(tmpdir(), "nexus-pictures");

const { address, browser, close } = await openHouse();
const bench = await browser.newPage();
const problems = [];
let passed = 0;

/** A view in both themes, as PNG. The theme is the system's, so one page is enough; a big swarm takes its time. */
async function pictures({ name, query }) {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  hear(page, name, problems);
  page.setDefaultTimeout(180_000);
  await page.clock.setFixedTime(NOW);
  await page.goto(`${address}?seed=5&still=1&${query}`);
  await awake(page);
  await page.evaluate(() => document.fonts.ready);
  const taken = {};
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    taken[theme] = await atRest(page, theme);
  }
  await page.close();
  return taken;
}

/** The first of three that are the same: nothing is on its way any more, be the machine as slow as it may. */
async function atRest(page, theme) {
  let [last, same] = [Buffer.alloc(0), 0];
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await page.waitForTimeout(REST_MS);
    const png = await page.screenshot({ caret: "hide" });
    const themed = await page.evaluate((one) => document.documentElement.dataset.theme === one, theme);
    same = themed && png.equals(last) ? same + 1 : 0;
    if (same === 2) return png;
    last = png;
  }
  throw new Error(`the ${theme} picture does not come to rest`);
}

async function judge(name, png) {
  const kept = join(HERE, `${name}.webp`);
  const now = await shrink(bench, png.toString("base64"));
  if (update) writeFileSync(kept, Buffer.from(now, "base64"));
  else if (!existsSync(kept)) problems.push(`${name}: no picture is kept. UPDATE=1 keeps this one.`);
  else {
    const { same, over, worst } = await compare(bench, readFileSync(kept).toString("base64"), now);
    if (process.env.VERBOSE) process.stdout.write(`${name}: ${over} ${inWords(worst)}\n`);
    if (!same) problems.push(different(name, kept, png, over, worst));
  }
}

function different(name, kept, png, over, worst) {
  mkdirSync(actual, { recursive: true });
  const file = join(actual, `${name}.png`);
  writeFileSync(file, png);
  return `${name}: ${over} blocks differ, most of all ${inWords(worst)}. It is ${file}, it was ${relative(".", kept)}.`;
}

const inWords = (worst) =>
  worst
    .map(({ x, y, lighter, hue }) => `at ${x},${y} (lightness ${lighter.toFixed(1)}, hue ${hue.toFixed(1)})`)
    .join(", ");

async function look(view) {
  const taken = await pictures(view);
  for (const theme of THEMES) {
    const before = problems.length;
    await judge(`${view.name}-${theme}`, taken[theme]);
    if (problems.length === before) passed++;
  }
}
// One after the other: a page that is not in front is not always drawn.
for (const view of VIEWS) await look(view).catch((error) => problems.push(`${view.name}: ${error.message}`));
await close();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${passed} passed, ${problems.length} failed\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
