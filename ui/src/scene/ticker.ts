/**
 * The frame loop: at most one animation frame in flight, a named set of reasons to keep going, a timer for a frame
 * that is due later, nothing while the document is hidden.
 * Not here: what a frame does.
 */

export type Reason = "camera" | "gesture" | "motion" | "flights" | "labels";

export class Ticker {
  frames = 0;
  private reasons = new Set<Reason>();
  private handle = 0;
  private timer = 0;
  private stopped = false;
  private paused = false;
  private readonly onVisibility = (): void => {
    if (!document.hidden) this.request();
    else this.cancel();
  };

  constructor(private readonly frame: (now: number) => void) {
    document.addEventListener("visibilitychange", this.onVisibility);
  }

  /** One frame soon. */
  request(): void {
    if (this.handle !== 0 || this.stopped || this.paused || document.hidden) return;
    this.handle = requestAnimationFrame((now) => this.run(now));
  }

  /** Frames for as long as the reason stands. */
  keep(reason: Reason, on: boolean): void {
    if (on === this.reasons.has(reason)) return;
    if (on) this.reasons.add(reason);
    else this.reasons.delete(reason);
    if (on) this.request();
  }

  /** One frame at `time` (performance.now's clock); a new call replaces the old one. */
  wakeAt(time: number): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    if (!Number.isFinite(time) || this.stopped) return;
    this.timer = window.setTimeout(() => this.request(), Math.max(0, time - performance.now()));
  }

  /** No frames while the canvas is put away; one as soon as it is back. */
  pause(on: boolean): void {
    this.paused = on;
    if (on) this.cancel();
    else this.request();
  }

  private run(now: number): void {
    this.handle = 0;
    if (document.hidden || this.stopped || this.paused) return;
    this.frames++;
    this.frame(now);
    if (this.reasons.size > 0 && this.handle === 0 && !this.stopped)
      this.handle = requestAnimationFrame((next) => this.run(next));
  }

  private cancel(): void {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
  }

  destroy(): void {
    this.stopped = true;
    this.cancel();
    window.clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisibility);
  }
}
