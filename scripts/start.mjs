/**
 * `npm start`: makes the machine ready, builds what has changed, and opens the window.
 * Without a screen, or with `--headless`, it runs the Nexus in this terminal and says how to talk to it.
 * `npm start -- --release` builds with optimisation.
 */
import { join } from "node:path";
import { buildConsole } from "./kit/console.mjs";
import { runHeadless } from "./kit/headless.mjs";
import { root, run, watch } from "./kit/process.mjs";
import { hasScreen } from "./kit/system.mjs";
import { main, say, since, timed } from "./kit/terminal.mjs";
import { setup } from "./setup.mjs";

const ending = process.platform === "win32" ? ".exe" : "";

await main(async () => {
  const start = performance.now();
  const release = process.argv.includes("--release");
  const headless = process.argv.includes("--headless") || !hasScreen();
  if (headless && !process.argv.includes("--headless")) say("no screen here: the Nexus will run in this terminal");
  await setup({ window: !headless });
  await buildConsole();
  const crates = headless ? ["nexus", "spore"] : ["nexus-desktop", "spore"];
  const args = ["build", ...crates.flatMap((crate) => ["-p", crate]), ...(release ? ["--release"] : [])];
  await timed("building the programs (the first time takes some minutes)", () => run("cargo", args));
  const folder = join(root, "target", release ? "release" : "debug");
  const program = (name) => join(folder, name + ending);
  say(`ready after ${since(start)}`);
  if (headless) return runHeadless(program);
  const { code } = await watch(program("nexus-desktop"), [], { quiet: true });
  return code;
});
