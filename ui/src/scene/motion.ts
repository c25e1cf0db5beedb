/**
 * Motion that answers events: a star's look changing over 250 ms, draining when its machine leaves, fading in when
 * it comes; rings that grow and fade. Every motion ends by itself, nothing loops.
 * Not here: work in flight (flights.ts), the camera, drawing.
 */
import { Status } from "./api.ts";
import type { StarStore } from "./starStore.ts";

const CHANGE_MS = 250;
const DRAIN_MS = 300;
const APPEAR_MS = 600;
const RING_MS = 600;
const ARRIVAL_MS = 420;
/** More changes than this at once are cut: nobody can see them one by one. */
const MAX_CHANGES = 600;
const MAX_RINGS = 160;
/** More connects than this within a second in one group become one ring on the group. */
const CONNECT_BURST = 20;

export type RingTint = "ink" | "failed" | "unknown";
/** `ordinal` or `group` says where it is. */
export type GrowingRing = { ordinal: number; group: number; start: number; ms: number; grow: number; tint: RingTint };

export class Motion {
  readonly rings: GrowingRing[] = [];
  reduced = false;
  private changes = new Map<number, { from: Status; start: number; ms: number }>();
  private connects = new Map<number, { since: number; count: number }>();

  get active(): boolean {
    return this.changes.size > 0 || this.rings.length > 0;
  }

  /** A star's status changed (the store already shows the new one). */
  changed(store: StarStore, ordinal: number, from: Status, now: number): void {
    if (this.reduced || this.changes.size >= MAX_CHANGES) return;
    const to = store.statusOf(ordinal);
    const ms = from === Status.Absent ? APPEAR_MS : to === Status.Offline ? DRAIN_MS : CHANGE_MS;
    this.changes.set(ordinal, { from, start: now, ms });
    store.setProgress(ordinal, from, 0);
  }

  connected(ordinal: number, group: number, now: number): void {
    if (this.reduced) return;
    const recent = this.connects.get(group);
    if (recent === undefined || now - recent.since > 1000) this.connects.set(group, { since: now, count: 1 });
    else if (++recent.count > CONNECT_BURST) {
      if (recent.count === CONNECT_BURST + 1) this.ring(-1, group, now, RING_MS * 1.5, 18, "ink");
      return;
    }
    this.ring(ordinal, group, now, RING_MS, 24, "ink");
  }

  /** Work arrived with an outcome worth a short ring. */
  arrived(ordinal: number, group: number, tint: RingTint, now: number): void {
    if (!this.reduced) this.ring(ordinal, group, now, ARRIVAL_MS, 12, tint);
  }

  private ring(ordinal: number, group: number, start: number, ms: number, grow: number, tint: RingTint): void {
    if (this.rings.length < MAX_RINGS) this.rings.push({ ordinal, group, start, ms, grow, tint });
  }

  step(store: StarStore, now: number): void {
    for (const [ordinal, change] of this.changes) {
      const t = (now - change.start) / change.ms;
      store.setProgress(ordinal, change.from, Math.max(0, Math.min(1, t)));
      if (t >= 1) this.changes.delete(ordinal);
    }
    for (let n = this.rings.length - 1; n >= 0; n--) {
      const ring = this.rings[n];
      if (ring !== undefined && now - ring.start >= ring.ms) this.rings.splice(n, 1);
    }
  }

  /** Ends everything at once: reduced motion was switched on, or the stars were replaced. */
  finish(store: StarStore): void {
    for (const [ordinal, change] of this.changes) store.setProgress(ordinal, change.from, 1);
    this.changes.clear();
    this.rings.length = 0;
  }
}
