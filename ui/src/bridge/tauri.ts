/**
 * The bridge to the desktop shell. One invoke per command and one channel per window for the feed.
 * The command names will come from generated bindings; keep this file a list of calls.
 */
import { Channel, invoke } from "@tauri-apps/api/core";
import type { Bridge, BridgeError, FeedBatch, JoinView, OutputView, SettingsView } from "./types";

async function call<T>(command: string, parameters?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, parameters);
  } catch (reason) {
    throw toBridgeError(reason);
  }
}

export function createTauriBridge(): Bridge {
  return {
    async subscribe(onBatch) {
      const channel = new Channel<FeedBatch>();
      channel.onmessage = onBatch;
      await call("subscribe", { channel });
      return () => {
        channel.onmessage = () => {};
        void call("unsubscribe").catch(() => {});
      };
    },
    execute: (request) => call("execute", { request }),
    cancel: (executionId) => call("cancel", { executionId }),
    output: (executionId) => call<OutputView[]>("output", { executionId }),
    join: () => call<JoinView>("join"),
    settings: () => call<SettingsView>("settings"),
    saveSettings: (patch) => call<SettingsView>("save_settings", { patch }),
  };
}

/** Commands reject with `{ code, message }`; the shell itself (a missing command, a bad argument) with a string. */
function toBridgeError(reason: unknown): BridgeError {
  if (reason && typeof reason === "object" && "code" in reason && "message" in reason) return reason as BridgeError;
  return { code: "host", message: typeof reason === "string" ? reason : String(reason) };
}
