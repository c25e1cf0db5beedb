/**
 * The chart: groups with their discs, the trunks that lead to them, the box that a fit must show.
 * Not here: stars, drawing. Group 0 is the home system round the core and has no disc.
 */
import type { Box, Point } from "../kernels/camera.ts";
import { type Curve, spokeTo } from "../kernels/trunk.ts";
import type { SceneGroup } from "./api.ts";
import type { StarStore } from "./starStore.ts";

export type Disc = { group: SceneGroup; annex: boolean; x: number; y: number; r: number };

export class Chart {
  groups: readonly SceneGroup[] = [];
  discs: Disc[] = [];
  /** Changes when discs moved or grew; health changes do not count. */
  version = 0;
  healthVersion = 0;
  private byIndex = new Map<number, SceneGroup>();
  private discsOf = new Map<number, Disc[]>();
  private shape = "";

  set(groups: readonly SceneGroup[]): void {
    this.groups = groups;
    this.discs = [];
    this.byIndex.clear();
    this.discsOf.clear();
    for (const group of groups) {
      const mine = group.discs.map((d, n) => ({ group, annex: n > 0, x: d.x, y: d.y, r: d.r }));
      this.byIndex.set(group.index, group);
      this.discsOf.set(group.index, mine);
      this.discs.push(...mine);
    }
    const shape = this.discs.map((d) => `${d.x},${d.y},${d.r},${d.group.count}`).join(";");
    if (shape !== this.shape) this.version++;
    this.shape = shape;
    this.healthVersion++;
  }

  group(index: number): SceneGroup | undefined {
    return this.byIndex.get(index);
  }
  discsOfGroup(index: number): readonly Disc[] {
    return this.discsOf.get(index) ?? [];
  }
  /** The disc of the star's group that holds the point, or its nearest one; null for the home system. */
  discAt(group: number, x: number, y: number): Disc | null {
    let best: Disc | null = null;
    let bestGap = Infinity;
    for (const d of this.discsOfGroup(group)) {
      const gap = Math.hypot(d.x - x, d.y - y) - d.r;
      if (gap < bestGap) [best, bestGap] = [d, gap];
    }
    return best;
  }
  /** The disc under a world point, of any group. */
  discUnder(p: Point): Disc | null {
    return this.discs.find((d) => Math.hypot(d.x - p.x, d.y - p.y) <= d.r) ?? null;
  }
  /** The way from the core to a star. */
  spoke(store: StarStore, ordinal: number): Curve {
    const x = store.stars.x[ordinal] ?? 0;
    const y = store.stars.y[ordinal] ?? 0;
    return spokeTo(x, y, this.discAt(store.stars.group[ordinal] ?? 0, x, y));
  }
}

/** What a fitted view must show: every disc, and every star of the home system. */
export function boundsOf(chart: Chart, store: StarStore): Box {
  const box = { x0: -1.2, y0: -1.2, x1: 1.2, y1: 1.2 };
  const include = (x: number, y: number, r: number): void => {
    box.x0 = Math.min(box.x0, x - r);
    box.x1 = Math.max(box.x1, x + r);
    box.y0 = Math.min(box.y0, y - r);
    box.y1 = Math.max(box.y1, y + r);
  };
  for (const d of chart.discs) include(d.x, d.y, d.r);
  for (let i = 0; i < store.stars.count; i++) {
    if (!store.isThere(i) || chart.discsOfGroup(store.stars.group[i] ?? 0).length > 0) continue;
    include(store.given.x[i] ?? 0, store.given.y[i] ?? 0, 0.8);
  }
  return box;
}
