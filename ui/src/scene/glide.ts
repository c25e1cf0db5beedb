/**
 * Stars on their way from one chart to another: while they glide the store shows positions of its own, which become
 * the caller's at the end. Whoever was not there before stands at its place at once.
 * Not here: when somebody charts anew, the discs (they unfold meanwhile, see `progress`), the camera.
 */
import { easeInOut } from "../kernels/flight.ts";
import type { StarStore } from "./starStore.ts";

export const GLIDE_MS = 600;

type Positions = { x: Float32Array; y: Float32Array; there: Uint8Array };

export class Glide {
  /** From the old chart (0) to the new one (1). */
  progress = 1;
  private from: Positions | null = null;
  private start = 0;
  private ms = GLIDE_MS;

  get active(): boolean {
    return this.from !== null;
  }

  /** Where the stars are shown now, before the store gets others. */
  static remember(store: StarStore): Positions {
    const { x, y, count } = store.stars;
    const there = new Uint8Array(count);
    for (let i = 0; i < count; i++) there[i] = store.isThere(i) ? 1 : 0;
    return { x: x.slice(0, count), y: y.slice(0, count), there };
  }

  /**
   * The store has its new positions; stars begin to leave `from`. A glide that is under way goes on from there. Nothing
   * begins when everybody is where he should be.
   */
  begin(store: StarStore, from: Positions, now: number): void {
    if (!anybodyMoves(store, from)) {
      this.finish(store);
      return;
    }
    this.ms = this.from === null ? GLIDE_MS : Math.max(80, this.ms - (now - this.start));
    this.from = from;
    this.start = now;
    this.progress = 0;
    this.show(store, 0);
  }

  step(store: StarStore, now: number): void {
    if (this.from === null) return;
    // A frame's clock can lag behind the clock that the glide began by.
    this.progress = Math.min(1, Math.max(0, (now - this.start) / this.ms));
    if (this.progress >= 1) this.finish(store);
    else this.show(store, easeInOut(this.progress));
  }

  /** Everybody at his place, now. */
  finish(store: StarStore): void {
    this.progress = 1;
    if (this.from === null) return;
    this.from = null;
    store.showOwn(null);
  }

  private show(store: StarStore, t: number): void {
    const { from } = this;
    if (from === null) return;
    const own = store.showOwn(true);
    const to = store.given;
    for (let i = 0; i < to.count; i++) {
      const moves = from.there[i] === 1;
      const x = to.x[i] ?? 0;
      const y = to.y[i] ?? 0;
      own.x[i] = moves ? (from.x[i] ?? 0) + (x - (from.x[i] ?? 0)) * t : x;
      own.y[i] = moves ? (from.y[i] ?? 0) + (y - (from.y[i] ?? 0)) * t : y;
    }
  }
}

function anybodyMoves({ given }: StarStore, from: Positions): boolean {
  for (let i = 0; i < given.count; i++)
    if (from.there[i] === 1 && (from.x[i] !== given.x[i] || from.y[i] !== given.y[i])) return true;
  return false;
}
