/**
 * Pictures of the console at 1440x900, one per state of the design: node ui/tests/shots.mjs <directory> [--matrix] [name…]
 * With `--matrix` each is taken in both themes at three sizes; `--matrix=light-1280,dark-1440` takes those ways alone.
 * Builds, serves with the strict content security policy, and fails when the page breaks it or logs an error.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { awake, hear, inLanes, openHouse } from "./shots/house.mjs";
import { SHOTS } from "./shots/states.mjs";

const out = resolve(process.argv[2] ?? "shots");
const matrix = process.argv.find((word) => word.startsWith("--matrix"));
const only = process.argv.slice(3).filter((word) => !word.startsWith("--matrix"));

/** The ways that were asked for of a picture in both themes, at the least size that is designed for, the usual one and a large one. */
function everyWay(shot) {
  const sizes = [
    [1280, 720],
    [1440, 900],
    [1920, 1080],
  ];
  const ways = matrix.split("=")[1]?.split(",");
  const all = ["dark", "light"].flatMap((theme) => sizes.map(([width, height]) => ({ theme, width, height })));
  return all
    .filter(({ theme, width }) => ways?.includes(`${theme}-${width}`) ?? true)
    .map(({ theme, width, height }) => ({
      ...shot,
      name: `${shot.name}-${theme}-${width}`,
      query: shot.query.replace(/theme=\w+/, `theme=${theme}`),
      size: { width, height },
    }));
}

const { address, browser, close } = await openHouse();
mkdirSync(out, { recursive: true });
const problems = [];
const chosen = SHOTS.filter(({ name }) => only.length === 0 || only.includes(name));
const line = matrix ? chosen.filter(({ name }) => !name.endsWith("-light")).flatMap(everyWay) : chosen;

async function take(shot) {
  const page = await browser.newPage({
    viewport: shot.size ?? { width: 1440, height: 900 },
    ...(shot.locale ? { locale: shot.locale } : {}),
  });
  hear(page, shot.name, problems);
  await page.goto(`${address}?seed=5&still=1&${shot.query}`);
  await awake(page);
  await page.waitForTimeout(900);
  await shot.act?.(page);
  await page.waitForTimeout(400);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) problems.push(`${shot.name}: ${wide} px wider than the window`);
  await page.screenshot({ path: join(out, `${shot.name}.png`) });
  await page.close();
  process.stdout.write(`${shot.name}\n`);
}

await inLanes([...line], (shot) => take(shot).catch((error) => problems.push(`${shot.name}: ${error.message}`)));
await close();
if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exitCode = 1;
}
