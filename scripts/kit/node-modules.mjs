/** Keeps node_modules in step with package-lock.json. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm, root, run } from "./process.mjs";
import { timed } from "./terminal.mjs";

const lockfile = join(root, "package-lock.json");
/** npm's own record of what it installed. */
const installed = join(root, "node_modules", ".package-lock.json");
/** Which lockfile that was. */
const stamp = join(root, "node_modules", ".nexus-lock");

export async function ensureNodeModules() {
  const wanted = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
  if (existsSync(installed) && isInStep(wanted)) return;
  const { command, args, shell } = npm("ci", "--no-audit", "--no-fund");
  await timed("installing node_modules (npm ci)", () => run(command, args, { shell }));
  writeFileSync(stamp, wanted);
}

function isInStep(wanted) {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return true;
  // Somebody ran npm by hand after the lockfile changed.
  const isNewer = statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
  if (isNewer) writeFileSync(stamp, wanted);
  return isNewer;
}
