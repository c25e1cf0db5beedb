/**
 * `npm run bench`: what the map and the Nexus cost on this machine. Prints a table for people and one JSON line.
 * Every part prints a line of JSON as its last line; a part that is not there is skipped.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { browser } from "./kit/needs.mjs";
import { root, watch } from "./kit/process.mjs";
import { main, say, timed } from "./kit/terminal.mjs";
import { setup } from "./setup.mjs";

const frame = join(root, "ui", "bench", "frame.mjs");

await main(async () => {
  await setup({ test: true });
  const results = {};
  if (existsSync(frame)) results.map = await part("the map", process.execPath, [frame], { CHROMIUM: browser() ?? "" });
  else say("no benchmark of the map");
  results.nexus = await part("the Nexus", "cargo", [
    "run",
    "-q",
    "--release",
    "-p",
    "nexus",
    "--",
    "bench",
    ...process.argv.slice(2),
  ]);
  for (const [name, result] of Object.entries(results)) if (result) console.table({ [name]: result });
  process.stdout.write(`${JSON.stringify(results)}\n`);
});

async function part(what, command, args, env) {
  const { code, said } = await timed(`measuring ${what}`, () => watch(command, args, { env }));
  if (code !== 0) return null;
  try {
    return JSON.parse(said.trim().split("\n").at(-1));
  } catch {
    return null;
  }
}
