/**
 * What a wheel event means: a notch of a mouse wheel zooms, two fingers on a trackpad pan, a pinch (which browsers
 * report as a wheel with Ctrl held) zooms finely.
 * Not here: listening, and moving the camera.
 */
import { clamp } from "./camera.ts";

export type WheelLike = {
  deltaX: number;
  deltaY: number;
  deltaMode: number;
  ctrlKey: boolean;
  metaKey: boolean;
  timeStamp: number;
  wheelDeltaY?: number;
};
export type WheelAction =
  /** `fine`: follow the fingers at once; otherwise glide. */
  { kind: "zoom"; factor: number; fine: boolean } | { kind: "pan"; dx: number; dy: number };
/** What the last events looked like; a gesture keeps the device it began with. */
export type WheelMemory = { at: number; trackpad: boolean };

/** A gap this long begins a new gesture. */
const GESTURE_GAP_MS = 260;
const LINE_PX = 33;

export const freshWheel = (): WheelMemory => ({ at: -Infinity, trackpad: false });

export function readWheel(e: WheelLike, memory: WheelMemory): WheelAction {
  const unit = e.deltaMode === 1 ? LINE_PX : e.deltaMode === 2 ? 400 : 1;
  const dx = e.deltaX * unit;
  const dy = e.deltaY * unit;
  const fresh = e.timeStamp - memory.at > GESTURE_GAP_MS;
  if (fresh) memory.trackpad = looksLikeTrackpad(e);
  else if (e.deltaMode === 0 && e.deltaX !== 0 && e.deltaY !== 0) memory.trackpad = true;
  memory.at = e.timeStamp;
  if (e.ctrlKey || e.metaKey) {
    const fine = Math.abs(dy) < 40;
    return { kind: "zoom", factor: Math.exp(-clamp(dy, -240, 240) * (fine ? 0.011 : 0.0018)), fine };
  }
  if (memory.trackpad) return { kind: "pan", dx: -dx, dy: -dy };
  return { kind: "zoom", factor: Math.exp(-clamp(dy, -300, 300) * 0.0018), fine: false };
}

/** A mouse wheel turns in notches of 120 units on one axis; a trackpad reports small or crooked steps. */
function looksLikeTrackpad(e: WheelLike): boolean {
  if (e.deltaMode !== 0) return false;
  if (e.deltaX !== 0) return true;
  if (e.wheelDeltaY !== undefined && e.wheelDeltaY !== 0 && e.wheelDeltaY % 120 === 0) return false;
  return Math.abs(e.deltaY) < 40;
}
