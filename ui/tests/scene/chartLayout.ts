/**
 * Places discs and slots as the server will: sunflower slots in a disc for each group, discs on a golden-angle
 * spiral round the core, nothing ever moves. For fixtures only; the constants are those of the server.
 * Not here: annexes and growth (fixtures know their sizes).
 */
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const STRETCH = 1.46;
const CORE = 14;
const GAP = 4;
const LABEL = 7;
const MIN_SLOTS = 64;
/** The home system begins here, so the first stars do not stand on the core. */
export const HOME_SLOT = 5;

export type PlacedDisc = { x: number; y: number; r: number; phase: number };

export function slotAt(j: number, phase = 0): { x: number; y: number } {
  const r = Math.sqrt(j + 0.5);
  const a = j * GOLDEN + phase;
  return { x: r * Math.cos(a), y: r * Math.sin(a) };
}

/** One disc for each size, in this order. */
export function placeDiscs(sizes: readonly number[]): PlacedDisc[] {
  const discs: PlacedDisc[] = [];
  for (const size of sizes) {
    const r = Math.sqrt(Math.max(MIN_SLOTS, size * 1.5)) + 1.5;
    discs.push(placeOne(discs, r));
  }
  return discs;
}

function placeOne(discs: readonly PlacedDisc[], r: number): PlacedDisc {
  const a = -2.35 + discs.length * GOLDEN;
  for (let e = 0; ; e += 1.5)
    for (let q = 0; q < 24; q++) {
      const t = a + (q % 2 ? 1 : -1) * Math.ceil(q / 2) * (Math.PI / 12);
      const x = Math.round(STRETCH * e * Math.cos(t) * 16) / 16;
      const y = Math.round(e * Math.sin(t) * 16) / 16;
      if (isClear(discs, x, y, r)) return { x, y, r, phase: (discs.length * 0.7) % (2 * Math.PI) };
    }
}

function isClear(discs: readonly PlacedDisc[], x: number, y: number, r: number): boolean {
  if (Math.hypot(x, y) < r + CORE) return false;
  return discs.every((d) => {
    const dx = Math.abs(d.x - x);
    const dy = Math.abs(d.y - y);
    const strip = dy > dx ? Math.max(0, dy - LABEL) : dy;
    return Math.hypot(dx, strip) >= d.r + r + GAP;
  });
}
