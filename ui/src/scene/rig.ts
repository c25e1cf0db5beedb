/**
 * The camera rig: holds the camera, follows the pointer, glides after a wheel notch, flies to places, refits while
 * nobody has touched it. Any input interrupts a flight.
 * Not here: gestures, the frame loop, world contents (a box to fit comes in).
 */
import {
  type Box,
  type Camera,
  clamp,
  fitBox,
  type Insets,
  pan,
  pinned,
  type Size,
  unproject,
  zoomAt,
} from "../kernels/camera.ts";
import { easeInOut, flight } from "../kernels/flight.ts";

const FLY_MS = 450;
const GLIDE_MS = 55;
const MAX_K = 200;

type Glide = { k: number; wx: number; wy: number; px: number; py: number; last: number };

export class Rig {
  camera: Camera = { k: 10, x: 0, y: 0 };
  view: Size = { width: 1, height: 1 };
  reduced = false;
  /** The camera that shows everything; zoom is told relative to it. */
  fitted: Camera = this.camera;
  private own = false;
  private path: { at: (t: number) => Camera; start: number; to: Camera } | null = null;
  private glide: Glide | null = null;

  get moving(): boolean {
    return this.path !== null || this.glide !== null;
  }
  get zoom(): number {
    return this.camera.k / this.fitted.k;
  }
  /** Nobody moved the camera yet: it may be fitted again when the sky grows. */
  get untouched(): boolean {
    return !this.own;
  }
  private get limits(): { min: number; max: number } {
    return { min: this.fitted.k * 0.4, max: Math.max(MAX_K, this.fitted.k * 2) };
  }

  /**
   * Learns what a fit looks like now; when the camera is still where the fit put it, it goes along: at once, or
   * flying when `flyAt` says since when (the sky grew before the user's eyes).
   */
  setFit(box: Box, insets: Insets, maxK: number, flyAt: number | null = null): void {
    const before = this.fitted;
    this.fitted = fitBox(box, this.view, insets, maxK);
    const same = before.k === this.fitted.k && before.x === this.fitted.x && before.y === this.fitted.y;
    if (this.own || (same && this.path !== null)) return;
    this.stop();
    if (flyAt === null || same) this.camera = this.fitted;
    else this.fly(this.fitted, flyAt);
  }

  /** The view changed its size: the middle stays in the middle. */
  resize(view: Size): void {
    const dx = (view.width - this.view.width) / 2;
    const dy = (view.height - this.view.height) / 2;
    this.view = view;
    if (this.own) this.camera = pan(this.camera, dx, dy);
  }

  /** Puts a world point in the middle at once, at the zoom of now. */
  centre(wx: number, wy: number): void {
    this.take();
    this.camera = pinned(this.camera.k, wx, wy, this.view.width / 2, this.view.height / 2);
  }

  panBy(dx: number, dy: number): void {
    this.take();
    this.camera = pan(this.camera, dx, dy);
  }

  zoomAt(px: number, py: number, factor: number): void {
    this.take();
    this.camera = zoomAt(this.camera, px, py, factor, this.limits);
  }

  /** Zooms smoothly; further notches add up. */
  glideAt(px: number, py: number, factor: number, now: number): void {
    if (this.reduced) {
      this.zoomAt(px, py, factor);
      return;
    }
    const target = this.glide?.k ?? this.camera.k;
    this.path = null;
    this.own = true;
    const at = unproject(this.camera, px, py);
    const k = clamp(target * factor, this.limits.min, this.limits.max);
    this.glide = { k, wx: at.x, wy: at.y, px, py, last: this.glide?.last ?? now };
  }

  fit(now: number): void {
    this.fly(this.fitted, now);
    this.own = false;
  }

  /** Puts a world point in the middle, at spacing `k`. */
  flyTo(wx: number, wy: number, k: number, now: number): void {
    const to = pinned(clamp(k, this.limits.min, this.limits.max), wx, wy, this.view.width / 2, this.view.height / 2);
    this.fly(to, now);
    this.own = true;
  }
  flyToBox(box: Box, insets: Insets, maxK: number, now: number): void {
    this.fly(fitBox(box, this.view, insets, maxK), now);
    this.own = true;
  }

  private fly(to: Camera, now: number): void {
    this.glide = null;
    if (this.reduced) {
      this.path = null;
      this.camera = to;
    } else this.path = { at: flight(this.camera, to, this.view), start: now, to };
  }

  /** Advances flights and glides; call once a frame. */
  step(now: number): void {
    if (this.path !== null) {
      const t = (now - this.path.start) / FLY_MS;
      this.camera = this.path.at(easeInOut(t));
      if (t >= 1) this.path = null;
    }
    const g = this.glide;
    if (g === null) return;
    const share = 1 - Math.exp(-Math.max(1, now - g.last) / GLIDE_MS);
    const k = this.camera.k * (g.k / this.camera.k) ** share;
    const there = Math.abs(Math.log(g.k / k)) < 0.002;
    this.camera = pinned(there ? g.k : k, g.wx, g.wy, g.px, g.py);
    g.last = now;
    if (there) this.glide = null;
  }

  /** Stops where it is: the user took over. */
  stop(): void {
    this.path = null;
    this.glide = null;
  }
  private take(): void {
    this.stop();
    this.own = true;
  }
}
