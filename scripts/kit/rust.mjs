/** Finds the Rust toolchain and checks that it is new enough. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ask, root, which } from "./process.mjs";
import { Stop } from "./terminal.mjs";

export function ensureRust() {
  const folder = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  if (!which("cargo") && existsSync(folder)) process.env.PATH += delimiter + folder;
  const wanted = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^rust-version = "([\d.]+)"/m)?.[1] ?? "1.95";
  const found = ask("rustc", ["--version"])?.match(/\d+\.\d+\.\d+/)?.[0];
  if (!found || !which("cargo"))
    throw new Stop(`Rust ${wanted} or newer is needed. Install it as https://rustup.rs says, then try again.`);
  if (isOlder(found, wanted))
    throw new Stop(`Rust ${wanted} or newer is needed, this is ${found}. Run: rustup update stable`);
}

function isOlder(found, wanted) {
  const [a, b] = [found, wanted].map((version) => version.split(".").map(Number));
  const index = b.findIndex((part, i) => (a[i] ?? 0) !== part);
  return index >= 0 && (a[index] ?? 0) < b[index];
}
