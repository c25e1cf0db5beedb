/**
 * Finds the host: the desktop shell, the Nexus that served this page, or else a simulated swarm, which is loaded only when
 * it is needed. Not here: signing in, see app/SignIn.
 */
import type { Bridge } from "./types";

export type Opened =
  | { kind: "bridge"; bridge: Bridge; simulated: boolean }
  /** A browser that has to sign in first. */
  | { kind: "signIn" };

export async function openBridge(): Promise<Opened> {
  if ("__TAURI_INTERNALS__" in window) {
    const { createTauriBridge } = await import("./tauri");
    return { kind: "bridge", bridge: createTauriBridge(), simulated: false };
  }
  const { search } = window.location;
  const session = search === "" ? await askSession() : "none";
  if (session === "out") return { kind: "signIn" };
  if (session === "in") {
    const { createWebBridge } = await import("./web");
    return { kind: "bridge", bridge: createWebBridge(() => window.location.reload()), simulated: false };
  }
  const { createMockBridge, mockOptionsFromUrl } = await import("./mock");
  return { kind: "bridge", bridge: createMockBridge(mockOptionsFromUrl(search)), simulated: true };
}

/** "none": the page was served by something that is no Nexus. A Nexus that is away is an error, never a simulation. */
async function askSession(): Promise<"in" | "out" | "none"> {
  const answer = await fetch("/console/session");
  if (!/\bjson\b/.test(answer.headers.get("content-type") ?? "")) return "none";
  if (answer.status === 401) return "out";
  return answer.ok ? "in" : "none";
}
