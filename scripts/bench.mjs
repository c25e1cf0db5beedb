/**
 * `npm run bench`: what the map and the Nexus cost on this machine. Prints a table for people and one line of JSON.
 * Every part prints a JSON object, alone or last: `{ …, rows: [ … ] }`. Single parts: `npm run bench -- map server jobs fleet`, and
 * `fleet-kill`, the last figure of `fleet`, which runs by itself only when it is asked for.
 * `NEXUS_BENCH_NODES=50000` says how many spores three instances get; 3000 unless said.
 */
import { join } from "node:path";
import { browser } from "./kit/needs.mjs";
import { root, run, watch } from "./kit/process.mjs";
import { main, timed } from "./kit/terminal.mjs";
import { setup } from "./setup.mjs";

const frame = join(root, "ui", "bench", "frame.mjs");
const nodes = process.env.NEXUS_BENCH_NODES ?? "3000";
const server = ["run", "-q", "--release", "-p", "system-tests", "--bin", "bench"];

const parts = [
  { name: "map", command: process.execPath, args: [frame], env: { CHROMIUM: browser() ?? "" } },
  { name: "server", command: "cargo", args: server, env: { NEXUS_LOG: "off" } },
  { name: "jobs", command: "cargo", args: [...server, "--", "--jobs"], env: { NEXUS_LOG: "off" } },
  {
    name: "fleet",
    command: "cargo",
    args: [...server, "--", "--fleet", nodes],
    env: { NEXUS_LOG: "off" },
  },
  {
    name: "fleet-kill",
    command: "cargo",
    args: [...server, "--", "--fleet-kill", nodes],
    env: { NEXUS_LOG: "off" },
    alone: true,
  },
];

await main(async () => {
  await setup({ test: true });
  await timed("building what is measured, with optimisation", () =>
    run("cargo", ["build", "--release", "-p", "spore", "-p", "system-tests", "--bins"]),
  );
  const asked = process.argv.slice(2);
  const results = {};
  for (const part of parts.filter(({ name, alone }) => (asked.length === 0 && !alone) || asked.includes(name))) {
    results[part.name] = await measure(part);
  }
  for (const { rows, ...rest } of Object.values(results)) console.table(rows ?? [rest]);
  process.stdout.write(`${JSON.stringify(results)}\n`);
});

async function measure({ name, command, args, env }) {
  const { code, said } = await timed(`measuring the ${name}`, () => watch(command, args, { env }));
  const report = code === 0 ? said.match(/^\{[\s\S]*\}\s*$/m)?.[0] : undefined;
  return report ? JSON.parse(report) : { error: `ended with code ${code} and no report` };
}
