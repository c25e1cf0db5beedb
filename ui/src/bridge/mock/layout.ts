/**
 * Where simulated stars stand: sunflower slots in a disc per group, discs placed once on a golden-angle walk round the
 * core. The real positions come from the host; this follows the same constants so that pictures agree.
 * Not here: growth and annexes, which a simulated swarm of known size does not need.
 */
import type { DiscView } from "../types";

const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const ASPECT = 1.46;
const CORE = 14;
const GAP = 4;
const LABEL = 7;
const FIRST_HOME_SLOT = 5;

type Placed = DiscView & { phase: number };

export function slot(index: number, phase: number): { x: number; y: number } {
  const r = Math.sqrt(index + 0.5);
  const angle = index * GOLDEN + phase;
  return { x: round(r * Math.cos(angle)), y: round(r * Math.sin(angle)) };
}

/** Ungrouped nodes stand round the core; the first three form a triad. */
export function homeSlot(index: number): { x: number; y: number } {
  return slot(index + FIRST_HOME_SLOT, 0);
}

export function placeDiscs(sizes: readonly number[]): Placed[] {
  const discs: Placed[] = [];
  for (const size of sizes) {
    const r = Math.sqrt(Math.max(9, size * 1.06)) + 1.5;
    discs.push({ ...firstFree(discs, r), r, phase: (discs.length * 0.7) % 6.283 });
  }
  return discs;
}

function firstFree(discs: readonly Placed[], r: number): { x: number; y: number } {
  const start = -2.35 + discs.length * GOLDEN;
  for (let reach = 0; ; reach += 1.5) {
    for (let turn = 0; turn < 24; turn++) {
      const angle = start + (turn % 2 ? 1 : -1) * Math.ceil(turn / 2) * (Math.PI / 12);
      const x = round(ASPECT * reach * Math.cos(angle));
      const y = round(reach * Math.sin(angle));
      if (isClear(discs, x, y, r)) return { x, y };
    }
  }
}

function isClear(discs: readonly Placed[], x: number, y: number, r: number): boolean {
  if (Math.hypot(x, y) < r + CORE) return false;
  return discs.every((d) => {
    const dx = Math.abs(d.x - x);
    const dy = Math.abs(d.y - y);
    const below = dy > dx ? Math.max(0, dy - LABEL) : dy;
    return Math.hypot(dx, below) >= d.r + r + GAP;
  });
}

function round(value: number): number {
  return Math.round(value * 16) / 16;
}
