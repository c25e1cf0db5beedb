/**
 * `npm run fuzz -- [target] [seconds]`: fuzzes the places where strangers' text is read, each for 60 seconds unless told
 * otherwise. What it learns goes into `fuzz/corpus`; with `keep` as the last word the corpus is made small again. A finding ends
 * it and lies in `fuzz/artifacts`.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ask, root, run, watch } from "./kit/process.mjs";
import { ensureRust } from "./kit/rust.mjs";
import { main, Stop, timed } from "./kit/terminal.mjs";

const targets = ["from_spore", "from_nexus", "join_code", "policy", "target"];
/** Our own code has no unsafe block, so no sanitizer; coverage alone runs several times as fast. */
const flags = ["--sanitizer", "none"];
/** What counts the branches is not in stable Rust's front door. */
const env = { RUSTC_BOOTSTRAP: "1" };

await main(async () => {
  const words = process.argv.slice(2);
  const keep = words.at(-1) === "keep";
  const named = words.find((word) => targets.includes(word));
  const seconds = Number(words.find((word) => /^\d+$/.test(word)) ?? 60);
  const unknown = words.find((word) => word !== named && word !== "keep" && !/^\d+$/.test(word));
  if (unknown) throw new Stop(`No such target: ${unknown}. There are: ${targets.join(", ")}.`);
  ensureRust();
  if (ask("cargo", ["fuzz", "--version"]) === null)
    await timed("installing cargo-fuzz", () => run("cargo", ["install", "cargo-fuzz", "--locked"]));
  for (const target of named ? [named] : targets) {
    const folder = join(root, "fuzz", "corpus", target);
    const dictionary = join(root, "fuzz", "dictionaries", `${target}.dict`);
    mkdirSync(folder, { recursive: true });
    const options = [`-max_total_time=${seconds}`, "-max_len=4096", "-timeout=10", "-print_final_stats=1"];
    if (existsSync(dictionary)) options.push(`-dict=${dictionary}`);
    const fuzz = (...args) => watch("cargo", ["fuzz", ...args], { env });
    const { code } = await fuzz("run", ...flags, target, folder, "--", ...options);
    if (code !== 0) throw new Stop(`${target}: a finding, or it does not build. See fuzz/artifacts/${target}.`);
    if (keep) await fuzz("cmin", ...flags, target, folder, "--", "-max_len=4096");
  }
});
