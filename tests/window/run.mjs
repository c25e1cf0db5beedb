/**
 * Drives the real desktop window and prints one line for each thing that it does as it should.
 * `node tests/window/run.mjs [binary [part of a title]]`; screenshots go to target/window-shots/.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Desk, pause } from "./desk.mjs";
import { scenarios } from "./scenarios.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const binary = resolve(process.argv[2] ?? join(root, "target", "debug", "nexus-desktop"));
const only = process.argv[3] ?? "";
const shots = join(root, "target", "window-shots");
mkdirSync(shots, { recursive: true });

let passed = 0;
let failed = 0;
const began = performance.now();
for (const { title, environment, bus, steps } of scenarios.filter(({ title }) => title.includes(only))) {
  process.stdout.write(`\n${title}\n`);
  const desk = await Desk.set(environment, bus);
  const stage = { desk, binary, spore: join(dirname(binary), "spore"), page: null };
  for (const [name, step] of Object.entries(steps)) {
    const start = performance.now();
    const error = await step(stage).then(
      () => null,
      (reason) => reason,
    );
    const shot = `${title} ${name}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    // What the step changed is drawn in a moment.
    await pause(150);
    const png = await stage.page?.session.screenshot().catch(() => null);
    if (png) writeFileSync(join(shots, `${shot}.png`), png);
    process.stdout.write(`  ${error ? "✗" : "✓"} ${name} (${Math.round(performance.now() - start)} ms)\n`);
    if (!error) passed += 1;
    if (error) {
      failed += 1;
      process.stdout.write(`    ${error.stack ?? error}\n    screenshot: target/window-shots/${shot}.png\n`);
      // What follows builds on it.
      break;
    }
  }
  await desk.clear();
}
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(`\n${passed} passed, ${failed} failed\nin ${seconds} s\n`);
process.exitCode = failed > 0 ? 1 : 0;
