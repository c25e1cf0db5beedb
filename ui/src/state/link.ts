/**
 * The one subscription to the host: takes batches in order, and subscribes again when the order breaks or the
 * subscription cannot be had. A fresh subscription begins with a snapshot, which heals whatever was missed.
 * Not here: what a batch means (intake.ts).
 */
import { createStore } from "zustand/vanilla";
import type { Bridge, FeedBatch, NexusView } from "../bridge/types";
import { t } from "../i18n";
import { problemText } from "./problem";

export type LinkState = {
  state: "connecting" | "live" | "resyncing" | "lost";
  problem: string | null;
  nexus: NexusView | null;
};
export type LinkStore = ReturnType<typeof createLinkStore>;
export function createLinkStore() {
  return createStore<LinkState>(() => ({ state: "connecting", problem: null, nexus: null }));
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A snapshot that is on its way is there sooner; after this long there is nobody who could send one. */
const LOST_AFTER_MS = 3000;

/** Why something is missing after this batch, until a snapshot comes; null: nothing is. */
function openGap({ events }: FeedBatch): string | null {
  let reason: string | null = null;
  for (const event of events) {
    if (event.kind === "gap") reason = event.reason;
    else if (event.kind === "snapshot") reason = null;
  }
  return reason;
}

/** Starts the subscription and keeps it; the returned function ends it. */
export function keepSubscribed(bridge: Bridge, link: LinkStore, take: (batch: FeedBatch) => void): () => void {
  let turn = 0;
  let pause = FIRST_PAUSE_MS;
  let end: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const missing = (problem: string) => {
    const { state } = link.getState();
    link.setState({ state: state === "lost" ? "lost" : "resyncing", problem });
    patience ??= setTimeout(() => link.setState({ state: "lost" }), LOST_AFTER_MS);
  };
  const calm = () => {
    clearTimeout(patience);
    patience = undefined;
  };

  const again = (state: LinkState["state"], problem: string) => {
    turn += 1;
    end?.();
    end = null;
    calm();
    link.setState({ state, problem });
    clearTimeout(timer);
    timer = setTimeout(subscribe, pause);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  };

  function subscribe() {
    turn += 1;
    const mine = turn;
    let next = 0;
    const onBatch = (batch: FeedBatch) => {
      if (mine !== turn || !batch || !Array.isArray(batch.events)) return;
      if (batch.seq !== next) {
        if (batch.seq < next) return;
        again("resyncing", t("Some events were missed. Reading the swarm again."));
        return;
      }
      next += 1;
      pause = FIRST_PAUSE_MS;
      const gap = openGap(batch);
      if (gap !== null) missing(gap);
      else if (batch.events.some(({ kind }) => kind === "snapshot") || link.getState().state === "connecting") {
        calm();
        link.setState({ state: "live", problem: null });
      }
      take(batch);
    };
    bridge.subscribe(onBatch).then(
      (unsubscribe) => {
        if (mine === turn) end = unsubscribe;
        else unsubscribe();
      },
      (reason) => {
        if (mine === turn) again("lost", problemText(reason));
      },
    );
  }

  subscribe();
  return () => {
    turn += 1;
    clearTimeout(timer);
    calm();
    end?.();
    end = null;
  };
}
