/**
 * Lines as triangle strips: every point becomes two vertices that the shader pushes apart by the line's width, so
 * one strip stays crisp at every zoom. Works in any space (world, screen, grid); growing, reusable storage.
 * Not here: curves (trunk.ts) and drawing.
 */

/** Floats of a vertex: x, y, normal x, normal y, signed half width in pixels, distance along the line, colour bits. */
export const RIBBON_FLOATS = 7;

export class RibbonBuffer {
  floats = new Float32Array(RIBBON_FLOATS * 512);
  /** The same memory as whole numbers: the colour is written here. */
  bits = new Uint32Array(this.floats.buffer);
  vertices = 0;

  clear(): void {
    this.vertices = 0;
  }

  /**
   * Adds a polyline. `width` and `colour` are asked for each point (0 .. n-1), so a tail can fade.
   * Strips are joined by degenerate triangles.
   */
  add(
    xy: ArrayLike<number>,
    points: number,
    width: number | ((i: number) => number),
    colour: number | ((i: number) => number),
    closed = false,
  ): void {
    if (points < 2) return;
    const total = closed ? points + 1 : points;
    this.reserve(total * 2 + 2);
    let along = 0;
    for (let n = 0; n < total; n++) {
      const i = n % points;
      const x = xy[2 * i] ?? 0;
      const y = xy[2 * i + 1] ?? 0;
      const before = i > 0 ? i - 1 : closed ? points - 1 : 0;
      const after = i < points - 1 ? i + 1 : closed ? 0 : points - 1;
      const bx = xy[2 * before] ?? 0;
      const by = xy[2 * before + 1] ?? 0;
      const [nx, ny] = normalAt(bx, by, x, y, xy[2 * after] ?? 0, xy[2 * after + 1] ?? 0);
      if (n > 0) along += Math.hypot(x - bx, y - by);
      const half = (typeof width === "number" ? width : width(i)) / 2;
      const tint = typeof colour === "number" ? colour : colour(i);
      if (n === 0 && this.vertices > 0) {
        this.repeat();
        this.vertex(x, y, nx, ny, half, along, tint);
      }
      this.vertex(x, y, nx, ny, half, along, tint);
      this.vertex(x, y, nx, ny, -half, along, tint);
    }
  }

  private repeat(): void {
    const at = this.vertices * RIBBON_FLOATS;
    this.bits.copyWithin(at, at - RIBBON_FLOATS, at);
    this.vertices++;
  }

  private vertex(x: number, y: number, nx: number, ny: number, half: number, along: number, colour: number): void {
    const at = this.vertices * RIBBON_FLOATS;
    const f = this.floats;
    f[at] = x;
    f[at + 1] = y;
    f[at + 2] = nx;
    f[at + 3] = ny;
    f[at + 4] = half;
    f[at + 5] = along;
    this.bits[at + 6] = colour;
    this.vertices++;
  }

  private reserve(more: number): void {
    const need = (this.vertices + more) * RIBBON_FLOATS;
    if (need <= this.floats.length) return;
    const grown = new Float32Array(Math.max(need, this.floats.length * 2));
    this.bits = new Uint32Array(grown.buffer);
    this.bits.set(new Uint32Array(this.floats.buffer));
    this.floats = grown;
  }
}

/** Unit normal at the middle of three points, lengthened at corners so that the width stays (to a limit). */
function normalAt(ax: number, ay: number, x: number, y: number, bx: number, by: number): [number, number] {
  const la = Math.hypot(x - ax, y - ay);
  const lb = Math.hypot(bx - x, by - y);
  if (la === 0 && lb === 0) return [0, 1];
  const ux = la > 0 ? (x - ax) / la : (bx - x) / lb;
  const uy = la > 0 ? (y - ay) / la : (by - y) / lb;
  const vx = lb > 0 ? (bx - x) / lb : ux;
  const vy = lb > 0 ? (by - y) / lb : uy;
  const mx = -(uy + vy);
  const my = ux + vx;
  const m = Math.hypot(mx, my);
  if (m < 0.4) return [-uy, ux];
  const stretch = Math.min(2, 2 / (m * m));
  return [mx * stretch, my * stretch];
}
