/**
 * Makes a machine ready: system packages, Rust, node_modules. Quick when there is nothing to do.
 * By hand: `node scripts/setup.mjs [--test] [--headless]`.
 */
import { pathToFileURL } from "node:url";
import { ensureEngine } from "./kit/engine.mjs";
import { ensureNodeModules } from "./kit/node-modules.mjs";
import { ensurePackages } from "./kit/packages.mjs";
import { ensureRust } from "./kit/rust.mjs";
import { main, say, since } from "./kit/terminal.mjs";

/** `window`: the desktop application will be built. `test`: its tests will be run. */
export async function setup({ window = true, test = false } = {}) {
  const start = performance.now();
  const kinds = ["build", ...(window ? ["window"] : []), ...(test ? ["test"] : [])];
  await ensurePackages(kinds);
  ensureRust();
  await ensureNodeModules();
  if (test) await ensureEngine();
  say(`this machine is ready: ${since(start)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const has = (flag) => process.argv.includes(flag);
  await main(() => setup({ window: !has("--headless"), test: has("--test") }));
}
