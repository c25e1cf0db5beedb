/**
 * The bridge to the desktop shell: one command for all calls and one channel per window for the feed. Rejections always
 * become a BridgeError, also those of the shell itself (a missing command).
 * Not here: which calls there are (generated from Rust), and what they mean.
 */
import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { byName, toBridgeError } from "./calls";
import type { Bridge, FeedBatch } from "./types";

/** Batches between two words to the shell that we are still looking; it stops sending after some hundred without one. */
const SEEN_EVERY = 32;

export function createTauriBridge(): Bridge {
  const call = async (name: string, args: unknown[]) => {
    try {
      return await invoke("call", { name, arguments: JSON.stringify(args) });
    } catch (reason) {
      throw toBridgeError(reason);
    }
  };
  return byName(call, { subscribe, onOpen, place: "desktop" });
}

function onOpen(go: (path: string) => void): () => void {
  const heard = listen<string>("open", ({ payload }) => go(payload));
  return () => void heard.then((stop) => stop());
}

async function subscribe(onBatch: (batch: FeedBatch) => void): Promise<() => void> {
  const channel = new Channel<FeedBatch>();
  let subscription: number | null = null;
  channel.onmessage = (batch) => {
    onBatch(batch);
    if (subscription !== null && batch.seq % SEEN_EVERY === 0)
      invoke("seen", { subscription, seq: batch.seq }).catch(() => {});
  };
  try {
    subscription = await invoke<number>("subscribe", { channel });
  } catch (reason) {
    throw toBridgeError(reason);
  }
  return () => {
    channel.onmessage = () => {};
    if (subscription !== null) invoke("unsubscribe", { subscription }).catch(() => {});
  };
}
