/**
 * Picks the host: the desktop shell when there is one, else a simulated swarm.
 * The simulation is loaded only when it is needed.
 */
import type { Bridge } from "./types";

export async function openBridge(): Promise<{ bridge: Bridge; simulated: boolean }> {
  if ("__TAURI_INTERNALS__" in window) {
    const { createTauriBridge } = await import("./tauri");
    return { bridge: createTauriBridge(), simulated: false };
  }
  const { createMockBridge, mockOptionsFromUrl } = await import("./mock");
  return { bridge: createMockBridge(mockOptionsFromUrl(window.location.search)), simulated: true };
}
