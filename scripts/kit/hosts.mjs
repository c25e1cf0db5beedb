/** Whether tests can have several hosts on this machine: network namespaces, and wires between them. Not here: those tests. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

/** Null when they can; otherwise a sentence that says why not. */
export function whyNoHosts() {
  if (process.platform !== "linux") return "network namespaces are there on Linux only";
  const name = `nxt-${process.pid}-probe`;
  const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (made.error) return "`ip` is missing (the package iproute2)";
  if (made.status !== 0) return `they need root and network namespaces: ip netns add: ${made.stderr.trim()}`;
  spawnSync("ip", ["netns", "del", name]);
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
  } catch {
    return "they need /dev/net/tun (for a container: --device /dev/net/tun)";
  }
  return null;
}
