/** Makes sure that the machine has what is needed; installs it where that is usual and possible. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { linux, others, tools } from "./needs.mjs";
import { ask, run, watch } from "./process.mjs";
import { family } from "./system.mjs";
import { Stop, say, timed } from "./terminal.mjs";

/** `kinds`: which needs count (`build`, `window`, `test`). */
export async function ensurePackages(kinds) {
  const system = family();
  const missing = (others[system] ?? linux).filter((need) => kinds.includes(need.for) && !need.there());
  if (missing.length === 0) return;
  if (system === "debian") await installOnDebian(missing);
  const left = missing.filter((need) => !need.there());
  const optional = left.filter((need) => need.optional);
  for (const need of optional) say(`without ${need.what} (optional). ${instruction(system, [need])}`);
  const required = left.filter((need) => !need.optional);
  if (required.length > 0) {
    const list = required.map((need) => `  - ${need.what}`).join("\n");
    throw new Stop(`Missing on this machine:\n${list}\n${instruction(system, required)}`);
  }
}

async function installOnDebian(missing) {
  const installed = missing.filter((need) => !need.unpacked);
  const names = installed.map((need) => need.debian?.split("|")[0]).filter(Boolean);
  const prefix = becomeRoot();
  const line = `apt-get update && apt-get install -y --no-install-recommends ${names.join(" ")}`;
  if (prefix === null) {
    if (missing.every((need) => need.optional)) return;
    throw new Stop(
      `Packages are missing, and installing them needs root. Run this, then try again:\n  sudo sh -c '${line}'`,
    );
  }
  await timed(`getting ${missing.map((need) => need.what).join(", ")}`, async () => {
    const apt = (...args) => {
      const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args];
      return run(command, rest);
    };
    await apt("update");
    const wanted = installed.map(known).filter(Boolean);
    if (wanted.length > 0) await apt("install", "-y", "--no-install-recommends", ...wanted);
    for (const need of missing.filter(({ unpacked }) => unpacked)) {
      // Its own last: it is there when all are.
      await unpack([...(need.with ?? []), known(need)]);
    }
  });
}

/** Gets packages and unpacks them below `target/`; none of their scripts run. */
async function unpack(names) {
  mkdirSync(tools, { recursive: true });
  const { code } = await watch("apt-get", ["-q", "download", ...names], { cwd: tools, quiet: true });
  if (code !== 0) return;
  for (const name of names) {
    const file = readdirSync(tools).find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
    if (file) await run("dpkg", ["-x", join(tools, file), tools]);
  }
}

/** The name that this release knows the package by. Ubuntu's Chromium has another one than Debian's. */
function known({ debian }) {
  const names = debian?.split("|") ?? [];
  return names.find((name) => ask("apt-cache", ["show", name]) !== null) ?? names[0];
}

/** What to put before a command so that it runs as root, or null when there is no way. */
function becomeRoot() {
  if (process.getuid?.() === 0) return [];
  if (ask("sudo", ["-n", "true"]) !== null) return ["sudo", "-n"];
  const canBeAsked = process.stdin.isTTY && ask("sudo", ["-V"]) !== null;
  return canBeAsked ? ["sudo"] : null;
}

function instruction(system, needs) {
  const names = needs
    .map((need) => need[system]?.split("|")[0])
    .filter(Boolean)
    .join(" ");
  if (system === "debian") return `Run: sudo apt-get install ${names}`;
  if (system === "fedora") return `Run: sudo dnf install ${names}`;
  if (system === "arch") return `Run: sudo pacman -S --needed ${names}`;
  const sentences = needs.map((need) => need.how).filter(Boolean);
  return sentences.join("\n") || "Install them with your system's package manager.";
}
