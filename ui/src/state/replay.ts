/**
 * Looking back: whether the band of the last day is open, which moment is looked at, and how fast it goes on. The live
 * stores go on meanwhile; back to now is to look at them again. One moment is read at a time, always the newest wish.
 * Only the map looks back: whoever goes elsewhere is in the present again.
 * Not here: the arrays (past.ts), the band (features/time), drawing (features/map).
 */
import { createStore } from "zustand/vanilla";
import type { Bridge, FleetAtView, TimelineView } from "../bridge/types";
import type { Fleet } from "./fleet";
import { type Past, PastStars } from "./past";
import { problemText } from "./problem";
import type { UiStore } from "./ui";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Five minutes each. */
export const BUCKETS = 288;
/** How many seconds pass in one. */
export const SPEEDS = [60, 600] as const;
export type Speed = (typeof SPEEDS)[number];

const TICK_MS = 250;
/** Moments closer than this are shown as one. */
const STEP_MS = 5_000;
const KEPT = 240;
/** A band older than this is read again when somebody moves in it. */
const STALE_MS = 5 * 60_000;

/** What of the bridge it takes to look back. */
type TimeBridge = Pick<Bridge, "timeline" | "fleetAt">;

export type ReplayState = {
  open: boolean;
  /** The moment that is wanted; null: now. */
  at: number | null;
  /** It goes on by itself. */
  playing: Speed | null;
  day: TimelineView | null;
  /** The moment that is shown; null: now. It follows `at` as fast as it can be read. */
  past: Past | null;
  problem: string | null;
};

export type ReplayActions = {
  show(): void;
  hide(): void;
  seek(at: number): void;
  play(speed: Speed): void;
  pause(): void;
  toNow(): void;
  /** One step back for Escape. False: there was none. */
  back(): boolean;
  /** Ordinals mean other nodes now. */
  forget(): void;
};

export type ReplayStore = ReturnType<typeof createReplay>;

const NOW = { at: null, playing: null, past: null } as const;

export function createReplay(bridge: TimeBridge, fleet: Fleet) {
  return createStore<ReplayState & ReplayActions>((set, get) => {
    const reader = new Reader(bridge, fleet, set, get);
    let timer: ReturnType<typeof setInterval> | undefined;
    const go = (at: number) => {
      const now = Date.now();
      if (at >= now) return get().toNow();
      set({ at: Math.max(at, get().day?.oldestMs ?? 0, now - DAY_MS) });
      void reader.follow();
    };
    return {
      open: false,
      day: null,
      problem: null,
      ...NOW,
      show: () => {
        set({ open: true });
        void reader.readDay();
      },
      hide: () => {
        clearInterval(timer);
        set({ ...NOW, open: false });
      },
      seek: (at) => {
        if (!Number.isFinite(at)) return;
        get().show();
        go(at);
      },
      play: (speed) => {
        clearInterval(timer);
        // From now there is nowhere to go on to: the last hour is what was missed.
        if (get().at === null) go(Date.now() - HOUR_MS);
        set({ playing: speed });
        timer = setInterval(() => {
          const { at, playing } = get();
          if (at === null || playing === null) clearInterval(timer);
          else if (!document.hidden) go(at + TICK_MS * playing);
        }, TICK_MS);
      },
      pause: () => {
        clearInterval(timer);
        set({ playing: null });
      },
      toNow: () => {
        clearInterval(timer);
        set({ ...NOW, problem: null });
      },
      back: () => {
        const { at, open } = get();
        if (at !== null) get().toNow();
        else if (open) get().hide();
        else return false;
        return true;
      },
      forget: () => reader.forget(),
    };
  });
}

/** Reads the day and its moments, and keeps those that were looked at. */
class Reader {
  #stars = new PastStars();
  #moments = new Map<number, FleetAtView>();
  #reading = false;
  #dayReadAt = 0;

  constructor(
    private readonly bridge: TimeBridge,
    private readonly fleet: Fleet,
    private readonly set: (patch: Partial<ReplayState>) => void,
    private readonly get: () => ReplayState,
  ) {}

  async readDay(): Promise<void> {
    const now = Date.now();
    if (now - this.#dayReadAt < STALE_MS) return;
    this.#dayReadAt = now;
    try {
      const day = await this.bridge.timeline(now - DAY_MS, now, BUCKETS);
      this.set({ day, problem: null });
    } catch (reason) {
      this.#dayReadAt = 0;
      this.set({ problem: problemText(reason) });
    }
  }

  /** Reads what is wanted until that is what is shown. */
  async follow(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    let { at } = this.get();
    while (at !== null) {
      try {
        const view = await this.#moment(at);
        // Whoever is back in the present meanwhile stays there.
        if (this.get().at === null) break;
        this.set({ past: this.#stars.read(this.fleet, view), problem: null });
      } catch (reason) {
        this.set({ problem: problemText(reason), playing: null });
        break;
      }
      const wanted: number | null = this.get().at;
      at = wanted === null || step(wanted) === step(at) ? null : wanted;
    }
    this.#reading = false;
  }

  forget(): void {
    this.#moments.clear();
    this.#stars = new PastStars();
    void this.follow();
  }

  async #moment(at: number): Promise<FleetAtView> {
    const known = this.#moments.get(step(at));
    if (known) return known;
    const view = await this.bridge.fleetAt(at);
    // What happened within the last minutes may still be on its way.
    if (Date.now() - at > 2 * 60_000) this.#moments.set(step(at), view);
    for (const oldest of this.#moments.keys()) {
      if (this.#moments.size <= KEPT) break;
      this.#moments.delete(oldest);
    }
    return view;
  }
}

function step(at: number): number {
  return Math.floor(at / STEP_MS);
}

/** Whoever leaves the map, or looks at a job of now, is in the present again. */
export function leaveWith(ui: UiStore, replay: ReplayStore): () => void {
  return ui.subscribe((now, before) => {
    if (now.page !== before.page && now.page !== "map") replay.getState().hide();
    else if (now.job !== before.job && now.job !== null) replay.getState().toNow();
  });
}
