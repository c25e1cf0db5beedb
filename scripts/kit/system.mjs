/** Which system this is, as far as installing packages goes, and whether it has a screen. */
import { existsSync, readFileSync } from "node:fs";

/** `debian`, `fedora`, `arch`, `linux` (another one), `macos` or `windows`. */
export function family() {
  if (process.platform === "darwin") return "macos";
  if (process.platform === "win32") return "windows";
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => match[1].split(" "));
  if (ids.includes("debian") || ids.includes("ubuntu")) return "debian";
  if (ids.includes("fedora") || ids.includes("rhel")) return "fedora";
  if (ids.includes("arch")) return "arch";
  return "linux";
}

/** Whether a window could be opened. */
export function hasScreen() {
  if (process.platform !== "linux") return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
