/**
 * Pointer gestures on the canvas: hover, click, double click, drag, pinch, wheel, lasso. Turns DOM events into the
 * few verbs of `GestureTarget`; knows pixels, not stars.
 * Not here: picking, the camera, the keyboard (the console owns it).
 */
import { extendLoop } from "../kernels/lasso.ts";
import { freshWheel, readWheel, type WheelLike } from "../kernels/wheel.ts";

export type GestureTarget = {
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number, additive: boolean): void;
  doubleClick(x: number, y: number): void;
  pan(dx: number, dy: number): void;
  zoom(x: number, y: number, factor: number, fine: boolean): void;
  /** A finger or button went down on something that is dragged by itself; false: on the map. */
  grab(x: number, y: number): boolean;
  /** What was grabbed is dragged here. */
  haul(x: number, y: number): void;
  /** A finger or button went down: whatever flies must stop. */
  press(): void;
  release(): void;
  /** The loop so far, or null when it was given up. */
  lasso(loop: number[] | null): void;
  lassoDone(loop: number[], additive: boolean): void;
};

/** A press that moved less than this is a click. */
const CLICK_PX = 4;
const LASSO_STEP_PX = 4;

type Finger = { x: number; y: number };

export class Gestures {
  lasso = false;
  private fingers = new Map<number, Finger>();
  private start: Finger | null = null;
  private dragging = false;
  private loop: number[] | null = null;
  private hauling = false;
  private wheel = freshWheel();
  private readonly undo = new AbortController();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly target: GestureTarget,
  ) {
    const { signal } = this.undo;
    canvas.style.touchAction = "none";
    canvas.addEventListener("pointerdown", (e) => this.down(e), { signal });
    canvas.addEventListener("pointermove", (e) => this.move(e), { signal });
    canvas.addEventListener("pointerup", (e) => this.up(e), { signal });
    canvas.addEventListener("pointercancel", (e) => this.cancel(e), { signal });
    canvas.addEventListener("pointerleave", () => this.fingers.size === 0 && target.leave(), { signal });
    canvas.addEventListener("dblclick", (e) => this.doubleClick(e), { signal });
    canvas.addEventListener("wheel", (e) => this.turn(e), { signal, passive: false });
  }

  destroy(): void {
    this.undo.abort();
    this.canvas.style.cursor = "";
  }

  setCursor(overStar: boolean): void {
    const cursor = this.dragging && !this.lasso ? "grabbing" : this.lasso ? "crosshair" : overStar ? "pointer" : "";
    if (this.canvas.style.cursor !== cursor) this.canvas.style.cursor = cursor;
  }

  private at(e: MouseEvent): Finger {
    const box = this.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }

  private down(e: PointerEvent): void {
    if (e.pointerType === "mouse" && e.button !== 0 && e.button !== 1) return;
    const p = this.at(e);
    this.fingers.set(e.pointerId, p);
    capture(this.canvas, e.pointerId);
    this.target.press();
    if (this.fingers.size > 1) {
      this.giveUpLasso();
      return;
    }
    this.start = p;
    this.dragging = false;
    this.hauling = e.button === 0 && this.target.grab(p.x, p.y);
    if (this.hauling) return;
    if (this.lasso && e.button === 0) this.loop = [p.x, p.y];
  }

  private move(e: PointerEvent): void {
    const p = this.at(e);
    const before = this.fingers.get(e.pointerId);
    if (before === undefined) {
      if (this.fingers.size === 0) this.target.hover(p.x, p.y);
      return;
    }
    if (this.hauling) this.target.haul(p.x, p.y);
    else if (this.fingers.size === 2) this.pinch(e.pointerId, before, p);
    else if (this.loop !== null) {
      if (extendLoop(this.loop, p.x, p.y, LASSO_STEP_PX)) this.target.lasso(this.loop);
    } else this.drag(before, p);
    if (this.dragging || this.fingers.size > 1 || this.loop !== null) this.fingers.set(e.pointerId, p);
  }

  private drag(before: Finger, p: Finger): void {
    if (!this.dragging && this.start !== null) {
      if (Math.hypot(p.x - this.start.x, p.y - this.start.y) < CLICK_PX) return;
      this.dragging = true;
      this.setCursor(false);
    }
    this.target.pan(p.x - before.x, p.y - before.y);
  }

  private pinch(id: number, before: Finger, p: Finger): void {
    const other = [...this.fingers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    this.dragging = true;
    const spread = Math.hypot(before.x - other.x, before.y - other.y);
    const now = Math.hypot(p.x - other.x, p.y - other.y);
    this.target.pan((p.x - before.x) / 2, (p.y - before.y) / 2);
    if (spread > 1) this.target.zoom((p.x + other.x) / 2, (p.y + other.y) / 2, now / spread, true);
  }

  private up(e: PointerEvent): void {
    if (!this.fingers.delete(e.pointerId)) return;
    const p = this.at(e);
    const additive = e.shiftKey || e.ctrlKey || e.metaKey;
    if (this.hauling) this.hauling = false;
    else if (this.loop !== null) {
      const loop = this.loop;
      this.loop = null;
      this.target.lasso(null);
      if (loop.length >= 6) this.target.lassoDone(loop, additive);
      else this.target.click(p.x, p.y, additive);
    } else if (!this.dragging && this.fingers.size === 0 && e.button === 0) this.target.click(p.x, p.y, additive);
    if (this.fingers.size > 0) return;
    this.dragging = false;
    this.target.release();
    if (e.pointerType === "mouse") this.target.hover(p.x, p.y);
  }

  private cancel(e: PointerEvent): void {
    if (!this.fingers.delete(e.pointerId)) return;
    this.giveUpLasso();
    this.dragging = false;
    this.hauling = false;
    if (this.fingers.size === 0) this.target.release();
  }

  /** Lasso mode was left, or a second finger came: no selection. */
  giveUpLasso(): void {
    if (this.loop === null) return;
    this.loop = null;
    this.target.lasso(null);
  }

  private doubleClick(e: MouseEvent): void {
    if (this.lasso || e.shiftKey || e.ctrlKey || e.metaKey) return;
    const p = this.at(e);
    this.target.doubleClick(p.x, p.y);
  }

  private turn(e: WheelEvent): void {
    e.preventDefault();
    const p = this.at(e);
    const action = readWheel(e as WheelLike, this.wheel);
    if (action.kind === "pan") this.target.pan(action.dx, action.dy);
    else this.target.zoom(p.x, p.y, action.factor, action.fine);
  }
}

/** Synthetic events (tests, some remote desktops) have no pointer to capture; dragging then ends at the edge. */
function capture(canvas: HTMLCanvasElement, pointer: number): void {
  try {
    canvas.setPointerCapture(pointer);
  } catch {
    // Nothing to capture.
  }
}
