/**
 * The bridge to the desktop shell, over its generated commands: one invoke per command and one channel per window
 * for the feed. Rejections always become a BridgeError, also those of the shell itself (a missing command).
 * Not here: what anything means; keep this file a list of calls.
 */
import { Channel } from "@tauri-apps/api/core";
import { commands } from "./generated";
import type { Bridge, BridgeError, FeedBatch } from "./types";

/** Batches between two words to the shell that we are still looking; it stops sending after some hundred without one. */
const SEEN_EVERY = 32;

export function createTauriBridge(): Bridge {
  return {
    async subscribe(onBatch) {
      const channel = new Channel<FeedBatch>();
      let subscription: number | null = null;
      channel.onmessage = (batch) => {
        onBatch(batch);
        if (subscription !== null && batch.seq % SEEN_EVERY === 0)
          commands.seen(subscription, batch.seq).catch(() => {});
      };
      subscription = await told(commands.subscribe(channel));
      return () => {
        channel.onmessage = () => {};
        if (subscription !== null) commands.unsubscribe(subscription).catch(() => {});
      };
    },
    execute: async (request) => void (await told(commands.execute(request))),
    cancel: async (executionId) => void (await told(commands.cancel(executionId))),
    output: (executionId) => told(commands.output(executionId)),
    join: () => told(commands.join()),
    settings: () => told(commands.settings()),
    saveSettings: (patch) => told(commands.saveSettings(patch)),
  };
}

async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (reason) {
    throw toBridgeError(reason);
  }
}

function toBridgeError(reason: unknown): BridgeError {
  if (reason && typeof reason === "object" && "code" in reason && "message" in reason) return reason as BridgeError;
  return { code: "host", message: typeof reason === "string" ? reason : String(reason) };
}
