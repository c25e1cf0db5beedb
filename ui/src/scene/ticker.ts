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
  private readonly onVisibility = (): void => {
    if (!document.hidden) this.request();
    else this.cancel();
  };

  constructor(private readonly frame: (now: number, continuous: boolean) => void) {
    document.addEventListener("visibilitychange", this.onVisibility);
  }

  /** One frame soon. */
  request(): void {
    if (this.handle !== 0 || this.stopped || document.hidden) return;
    this.handle = requestAnimationFrame((now) => this.run(now, false));
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

  private run(now: number, continuous: boolean): void {
    this.handle = 0;
    if (document.hidden || this.stopped) return;
    this.frames++;
    this.frame(now, continuous);
    if (this.reasons.size > 0 && this.handle === 0 && !this.stopped)
      this.handle = requestAnimationFrame((next) => this.run(next, true));
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
