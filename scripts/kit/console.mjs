/** Builds the console (ui/) when something it is made of has changed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, tool } from "./process.mjs";
import { timed } from "./terminal.mjs";

const page = join(root, "ui", "dist", "index.html");
const stamp = join(root, "target", ".console-built-from");
/** Folders of ui/ that the page is not made of. */
const beside = new Set(["dist", "tests", "bench", "node_modules"]);

/** True when it was built, false when it was fresh. */
export async function buildConsole() {
  const sources = fingerprint();
  const isFresh = existsSync(page) && existsSync(stamp) && readFileSync(stamp, "utf8") === sources + digest([page]);
  if (isFresh) return false;
  const { command, args } = tool("vite/bin/vite.js", "build", "ui", "--logLevel", "warn");
  await timed("building the console", () => run(command, args));
  mkdirSync(join(root, "target"), { recursive: true });
  writeFileSync(stamp, sources + digest([page]));
  return true;
}

function fingerprint() {
  const isSource = (path) => !beside.has(path.split(/[\\/]/)[0]) && !/\.test\.tsx?$/.test(path);
  const files = readdirSync(join(root, "ui"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => isSource(file.slice(join(root, "ui").length + 1)));
  return digest([...files.sort(), join(root, "package-lock.json")]);
}

function digest(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}
