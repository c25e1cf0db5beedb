/**
 * `npm run bench`: what the map and the Nexus cost on this machine. Prints a table for people and one line of JSON.
 * Every part prints a JSON object, alone or last: `{ …, rows: [ … ] }`. A part that is not there is skipped.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { browser } from "./kit/needs.mjs";
import { root, watch } from "./kit/process.mjs";
import { main, say, timed } from "./kit/terminal.mjs";
import { setup } from "./setup.mjs";

const frame = join(root, "ui", "bench", "frame.mjs");
const nexus = ["run", "-q", "--release", "-p", "nexus", "--bin", "nexus", "--", "bench"];

const parts = [
  { name: "map", there: existsSync(frame), command: process.execPath, args: [frame] },
  { name: "nexus", there: existsSync(join(root, "nexus", "src", "cli", "bench.rs")), command: "cargo", args: nexus },
];

await main(async () => {
  await setup({ test: true });
  const asked = process.argv.slice(2);
  const results = {};
  for (const part of parts.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    if (part.there) results[part.name] = await measure(part);
    else say(`there is no benchmark of the ${part.name}`);
  }
  for (const { rows, ...rest } of Object.values(results)) console.table(rows ?? [rest]);
  process.stdout.write(`${JSON.stringify(results)}\n`);
});

async function measure({ name, command, args }) {
  const env = { CHROMIUM: browser() ?? "" };
  const { code, said } = await timed(`measuring the ${name}`, () => watch(command, args, { env }));
  const report = code === 0 ? said.match(/^\{[\s\S]*\}\s*$/m)?.[0] : undefined;
  return report ? JSON.parse(report) : { error: `ended with code ${code} and no report` };
}
