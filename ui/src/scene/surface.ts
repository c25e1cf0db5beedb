/**
 * The drawing surface: the canvas's size and pixel ratio, its GL context with loss and return, fonts that arrive
 * late. Says when a frame is needed; draws when told.
 * Not here: what is drawn, and when frames happen.
 */
import type { Size } from "../kernels/camera.ts";
import { CONTEXT_LOST, NO_WEBGL2 } from "./api.ts";
import type { DrawList, TextStyle } from "./drawList.ts";
import { Atlas, FONTS } from "./gl/atlas.ts";
import { openContext, Renderer } from "./gl/renderer.ts";
import type { Sky } from "./plan/sky.ts";

/** A context that has not come back by then is taken as gone. */
const RESTORE_MS = 3000;
/** Pictures before the first one that is shown. */
const SETTLING = 3;

export type SurfaceEvents = {
  resized(view: Size): void;
  /** The canvas was put away or shown again. */
  shown(on: boolean): void;
  /** Something outside changed (context back, fonts there): draw again. */
  redraw(): void;
  unavailable(reason: string): void;
};

export class Surface {
  view: Size = { width: 1, height: 1 };
  private dpr = 1;
  private shown = true;
  private renderer: Renderer | null = null;
  private atlas: Atlas;
  private lossTimer = 0;
  private settling = SETTLING;
  private readonly undo = new AbortController();
  private readonly observer: ResizeObserver;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: SurfaceEvents,
  ) {
    this.dpr = window.devicePixelRatio || 1;
    this.atlas = new Atlas(this.dpr);
    const { signal } = this.undo;
    canvas.addEventListener("webglcontextlost", (e) => this.lost(e), { signal });
    canvas.addEventListener("webglcontextrestored", () => this.open(), { signal });
    this.observer = new ResizeObserver(() => this.measureCanvas());
    this.observer.observe(canvas);
    this.watchRatio();
    const refont = (): void => {
      this.atlas.reset();
      if (!signal.aborted) events.redraw();
    };
    // Drawing on a canvas does not make every browser load a font; asking does.
    void Promise.allSettled(Object.values(FONTS).map((font) => document.fonts.load(font))).then(refont);
    void document.fonts.ready.then(refont);
    document.fonts.addEventListener("loadingdone", refont, { signal });
    this.open();
  }

  /** Reads the canvas's size at once; the observer does it later by itself. */
  measureCanvas(): void {
    const box = this.canvas.getBoundingClientRect();
    const shown = box.width >= 1 && box.height >= 1;
    if (shown !== this.shown) this.events.shown(shown);
    this.shown = shown;
    // Put away (display: none): keep the view for when it comes back.
    if (!shown) return;
    const width = Math.max(1, box.width);
    const height = Math.max(1, box.height);
    const w = Math.round(width * this.dpr);
    const h = Math.round(height * this.dpr);
    if (this.canvas.width === w && this.canvas.height === h && this.view.width === width && this.view.height === height)
      return;
    this.canvas.width = w;
    this.canvas.height = h;
    this.view = { width, height };
    this.events.resized(this.view);
  }

  measure(style: TextStyle, text: string): number {
    return this.atlas.measure(style, text);
  }

  draw(list: DrawList, sky: Sky): void {
    const { dpr, canvas } = this;
    const { k, x, y } = sky.camera;
    this.renderer?.execute(list, sky, this.atlas, {
      width: canvas.width,
      height: canvas.height,
      dpr,
      k: k * dpr,
      x: x * dpr,
      y: y * dpr,
      spacing: k,
      still: !sky.moving,
    });
    // Until then it would be a black hole in a light page; WebKit puts a picture together some frames after it is drawn.
    if (this.settling === 0) canvas.dataset.drawn ??= "yes";
    else {
      this.settling--;
      this.events.redraw();
    }
  }

  destroy(): void {
    this.undo.abort();
    this.observer.disconnect();
    window.clearTimeout(this.lossTimer);
    this.renderer = null;
  }

  private open(): void {
    window.clearTimeout(this.lossTimer);
    try {
      const gl = openContext(this.canvas);
      if (gl === null) throw new Error(NO_WEBGL2);
      this.renderer = new Renderer(gl);
      this.atlas = new Atlas(this.dpr);
      this.events.redraw();
    } catch (error) {
      this.giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  private lost(e: Event): void {
    e.preventDefault();
    this.renderer = null;
    this.lossTimer = window.setTimeout(() => this.giveUp(CONTEXT_LOST), RESTORE_MS);
  }

  private giveUp(reason: string): void {
    this.renderer = null;
    this.events.unavailable(reason);
  }

  /** The ratio changes when the window moves to another screen or the page is zoomed. */
  private watchRatio(): void {
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio || 1}dppx)`);
    const change = (): void => {
      this.dpr = window.devicePixelRatio || 1;
      this.atlas = new Atlas(this.dpr);
      this.view = { width: 0, height: 0 };
      this.measureCanvas();
      this.events.redraw();
      this.watchRatio();
    };
    query.addEventListener("change", change, { once: true, signal: this.undo.signal });
  }
}
