/**
 * Painting points into small square pictures that share one sheet: where each picture lies, and how a point between
 * texels is spread over the four round it.
 * Not here: what a point weighs, and when a picture is painted.
 */

export type Spot = { x: number; y: number; side: number };

/** Lays squares in rows, the largest first; `spots` are in the order of `sides`. */
export function packShelves(sides: readonly number[], width: number): { spots: Spot[]; width: number; height: number } {
  const wide = Math.max(width, ...sides);
  const order = sides.map((_, n) => n).sort((a, b) => (sides[b] ?? 0) - (sides[a] ?? 0) || a - b);
  const spots: Spot[] = new Array(sides.length);
  let [x, y, row, used] = [0, 0, 0, 0];
  for (const n of order) {
    const side = sides[n] ?? 1;
    if (x + side > wide) [x, y, row] = [0, y + row, 0];
    spots[n] = { x, y, side };
    x += side;
    row = Math.max(row, side);
    used = Math.max(used, x);
  }
  return { spots, width: Math.max(1, used), height: Math.max(1, y + row) };
}

/** Adds a point at (x, y) of its square; the sum of the four texels is `weight`, and none goes beyond 255. */
export function splat(bytes: Uint8Array, width: number, spot: Spot, x: number, y: number, weight: number): void {
  const px = x - 0.5;
  const py = y - 0.5;
  const x0 = Math.floor(px);
  const y0 = Math.floor(py);
  const fx = px - x0;
  const fy = py - y0;
  for (let n = 0; n < 4; n++) {
    const tx = x0 + (n & 1);
    const ty = y0 + (n >> 1);
    if (tx < 0 || ty < 0 || tx >= spot.side || ty >= spot.side) continue;
    const share = ((n & 1) === 1 ? fx : 1 - fx) * (n >> 1 === 1 ? fy : 1 - fy);
    const at = (spot.y + ty) * width + spot.x + tx;
    bytes[at] = Math.min(255, (bytes[at] ?? 0) + Math.round(share * weight));
  }
}
