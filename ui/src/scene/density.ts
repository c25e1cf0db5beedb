/**
 * Density: the stars of each disc as a small picture, for when there are so many and so small that they melt together.
 * A tile for each disc in one sheet; only tiles of discs whose stars changed are painted again, and all of them when
 * the camera rests at another zoom. Exceptions are not in it: they are drawn as stars, on top.
 * Not here: when it is used (plan/index.ts), GL (gl/densityPass.ts), the arithmetic of painting (kernels/splat.ts).
 */
import { packShelves, type Spot, splat } from "../kernels/splat.ts";
import { Status } from "./api.ts";
import type { Chart, Disc } from "./chart.ts";
import { OrdinalList } from "./ordinals.ts";
import type { StarStore } from "./starStore.ts";

/** So many stars are a texture, below so many pixels from star to star. */
export const MELT_FROM = 100_000;
export const MELT_BELOW = 3;
/** And so many while they move, where a frame takes too long. */
export const MELT_SLOW_FROM = 20_000;
/** What one idle star adds to a texel; busy ones shine more, dimmed ones hardly. */
export const WEIGHT = 32;
const BUSY = 48;
const DIMMED = 5;
const FINEST = 2;
/** Texels of a sheet; beyond, tiles are coarser. */
const MOST_TEXELS = 6_000_000;
const SHEET_WIDTH = 4096;

export type Tile = Spot & { disc: Disc; version: number; dirty: boolean };

export class DensityField {
  tiles: Tile[] = [];
  /** Stars that stand in no disc. */
  readonly loose = new OrdinalList();
  sheet = { width: 0, height: 0, bytes: new Uint8Array(0) };
  /** Texels for a world unit; less than wanted when the sheet would grow too large. */
  scale = 1;
  private wanted = 0;
  /** Changes when the sheet is another one. */
  layoutVersion = 0;
  private tileOf = new Int32Array(0);
  private members: Uint32Array[] = [];
  private madeFor = "";

  /** A star's status changed. */
  touch(i: number): void {
    const tile = this.tiles[this.tileOf[i] ?? -1];
    if (tile !== undefined) tile.dirty = true;
  }
  touchAll(): void {
    for (const tile of this.tiles) tile.dirty = true;
  }

  /** Brings the sheet up to date for a zoom. While the camera moves the tiles stay as fine as they are. */
  refresh(store: StarStore, chart: Chart, k: number, moving = false): void {
    const fitting = Math.min(FINEST, 2 ** Math.round(Math.log2(Math.max(1 / 64, k))));
    const texels = moving && this.wanted > 0 ? this.wanted : fitting;
    const madeFor = `${store.layoutVersion} ${chart.version} ${store.present}`;
    if (madeFor !== this.madeFor) this.sort(store, chart);
    if (madeFor !== this.madeFor || texels !== this.wanted) this.lay(chart, texels);
    this.madeFor = madeFor;
    // What changes while the camera moves is painted when it rests: exceptions, which matter, are drawn as stars anyway.
    for (const [n, tile] of this.tiles.entries())
      if (tile.dirty && (!moving || tile.version === 0)) this.paint(store, tile, this.members[n]);
  }

  /** Which disc each star stands in. */
  private sort(store: StarStore, chart: Chart): void {
    const { stars } = store;
    const numbers = new Map(chart.discs.map((disc, n) => [disc, n]));
    this.tileOf = new Int32Array(stars.count).fill(-1);
    this.loose.clear();
    const sizes = new Uint32Array(chart.discs.length);
    for (let i = 0; i < stars.count; i++) {
      if (!store.isThere(i)) continue;
      const disc = chart.discAt(stars.group[i] ?? 0, stars.x[i] ?? 0, stars.y[i] ?? 0);
      const n = disc === null ? -1 : (numbers.get(disc) ?? -1);
      if (n < 0) this.loose.set(i, true);
      else sizes[n] = (sizes[n] ?? 0) + 1;
      this.tileOf[i] = n;
    }
    this.members = [...sizes].map((size) => new Uint32Array(size));
    sizes.fill(0);
    for (let i = 0; i < stars.count; i++) {
      const n = this.tileOf[i] ?? -1;
      const list = this.members[n];
      if (list === undefined) continue;
      list[sizes[n] ?? 0] = i;
      sizes[n] = (sizes[n] ?? 0) + 1;
    }
  }

  private lay(chart: Chart, wanted: number): void {
    let area = 0;
    for (const d of chart.discs) area += (2 * d.r * wanted) ** 2;
    const texels = area > MOST_TEXELS ? wanted / 2 ** Math.ceil(Math.log2(Math.sqrt(area / MOST_TEXELS))) : wanted;
    const sides = chart.discs.map((d) => Math.ceil(2 * d.r * texels) + 3);
    const { spots, width, height } = packShelves(sides, SHEET_WIDTH);
    this.tiles = chart.discs.map((disc, n) => {
      const spot = spots[n] ?? { x: 0, y: 0, side: 1 };
      return { ...spot, disc, version: 0, dirty: true };
    });
    this.sheet = { width, height, bytes: new Uint8Array(width * height) };
    this.wanted = wanted;
    this.scale = texels;
    this.layoutVersion++;
  }

  private paint(store: StarStore, tile: Tile, members: Uint32Array | undefined): void {
    const { bytes, width } = this.sheet;
    for (let y = 0; y < tile.side; y++) {
      const at = (tile.y + y) * width + tile.x;
      bytes.fill(0, at, at + tile.side);
    }
    const { disc } = tile;
    const middle = tile.side / 2;
    for (const i of members ?? []) {
      const status = store.statusOf(i);
      if (status !== Status.Online && status !== Status.Busy) continue;
      const weight = store.isDimmed(i) ? DIMMED : status === Status.Busy ? BUSY : WEIGHT;
      const x = ((store.stars.x[i] ?? 0) - disc.x) * this.scale + middle;
      const y = ((store.stars.y[i] ?? 0) - disc.y) * this.scale + middle;
      splat(bytes, width, tile, x, y, weight);
    }
    tile.dirty = false;
    tile.version++;
  }
}
