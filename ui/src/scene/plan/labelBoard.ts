/**
 * The label board: which labels are on the screen and where, relative to what they name. Laid out again when the
 * data or the zoom changed, at most ten times a second; in between labels travel with their stars.
 * Not here: writing them into the draw list (labels.ts), the placement itself (kernels/labels.ts).
 */
import { type Camera, mix, smoothstep, visibleBox } from "../../kernels/camera.ts";
import { labelBudget, reachOf } from "../../kernels/detail.ts";
import { LabelMemory, type LabelWish, placeLabels, type Rect } from "../../kernels/labels.ts";
import { visitBox } from "../../kernels/spatial.ts";
import { Status } from "../api.ts";
import { underControls } from "../fitting.ts";
import { type Lines, layoutCards } from "./cards.ts";
import { chipRect } from "./chips.ts";
import { coreScale } from "./core.ts";
import { type GroupName, groupNameRect, layoutGroupNames } from "./groupNames.ts";
import { inView, isSmall, reachAt, type Sky, starAt } from "./sky.ts";
import { focusRadius } from "./stars.ts";

/** A label of a star; dx, dy lead from the star to the block's left top corner. No lines: a plain name. */
export type NodeLabel = { ordinal: number; dx: number; dy: number; w: number; lines: 0 | Lines; toLeft: boolean };

const RELAYOUT_MS = 100;
const MOVING_RELAYOUT_MS = 160;
/** Enough wishes for sixty places. */
const MAX_WISHES = 180;
export const NAME_HEIGHT = 12;

export class LabelBoard {
  groups: GroupName[] = [];
  nodes: NodeLabel[] = [];
  readonly memory = new LabelMemory();
  private stale = true;
  /** What the groups' names were last laid out for; panning and loads leave them where they are. */
  private groupsFor = "";
  private laidOut: { camera: Camera; width: number; height: number; at: number } | null = null;

  /** Data, selection, theme or fonts changed. */
  invalidate(): void {
    this.stale = true;
  }
  /** Fonts arrived: every width is another one. */
  refont(): void {
    this.groupsFor = "";
    this.stale = true;
  }
  /** When a layout that was put off is due, or Infinity. */
  dueAt(): number {
    return this.stale && this.laidOut !== null ? this.laidOut.at + RELAYOUT_MS : Infinity;
  }

  refresh(sky: Sky): void {
    const { camera, view, now } = sky;
    const old = this.laidOut;
    if (old !== null) {
      const sameView = old.width === view.width && old.height === view.height;
      const sameCamera = old.camera.k === camera.k && old.camera.x === camera.x && old.camera.y === camera.y;
      if (!this.stale && sameView && sameCamera) return;
      if (sky.moving && now - old.at < MOVING_RELAYOUT_MS) return;
      if (sameView && sameCamera && now - old.at < RELAYOUT_MS) return;
    }
    this.stale = false;
    this.laidOut = { camera, width: view.width, height: view.height, at: now };
    this.layout(sky);
  }

  private layout(sky: Sky): void {
    const { view, chart, camera } = sky;
    const groupsFor = `${camera.k} ${view.width} ${view.height} ${chart.healthVersion}`;
    if (groupsFor !== this.groupsFor) this.groups = layoutGroupNames(sky);
    this.groupsFor = groupsFor;
    const taken = [...underControls(view), ...this.groups.map((g) => groupNameRect(sky, g))];
    const s = coreScale(sky);
    taken.push({ x: sky.camera.x - 26, y: sky.camera.y - 22 * s, w: 52, h: 22 * s + 46 });
    if (sky.focus !== null && sky.store.isThere(sky.focus) && !isSmall(sky)) {
      const p = starAt(sky, sky.focus);
      taken.push({ x: p.x - 14, y: p.y - 14, w: 28, h: 28 }, chipRect(sky, sky.focus, focusRadius(sky, sky.focus)));
    }
    this.nodes = [];
    const cards = layoutCards(sky, taken);
    const has = new Set(cards.map((c) => c.ordinal));
    this.nodes.push(...cards, ...this.layoutNames(sky, taken, has));
  }

  private layoutNames(sky: Sky, taken: Rect[], has: ReadonlySet<number>): NodeLabel[] {
    const budget = labelBudget(sky.camera.k);
    if (budget.labels === 0 || isSmall(sky)) {
      this.memory.remember([], sky.now);
      return [];
    }
    const wishes = gather(sky, budget.exceptionsOnly, has);
    const quiet = mix(Math.max(18, wishes.seen * 0.12), 60, smoothstep(14, 26, sky.camera.k));
    const limit = Math.min(budget.labels, Math.round(quiet));
    const placed = placeLabels(wishes.list, {
      view: sky.view,
      taken,
      covers: (rect, id) => coversStar(sky, rect, id, sky.camera.k < 6),
      // Names of exceptions matter more than seeing every idle star.
      coversAtWorst: (rect, id) =>
        sky.store.statusOf(id) < Status.Degraded ||
        starsUnder(sky, rect, id, isLoud) > 0 ||
        starsUnder(sky, rect, id) > 2,
      limit,
      memory: this.memory,
      now: sky.now,
    });
    return placed.map((p) => {
      const at = starAt(sky, p.id);
      return { ordinal: p.id, dx: p.rect.x - at.x, dy: p.rect.y - at.y, w: p.rect.w, lines: 0, toLeft: false };
    });
  }
}

/** Focus has its chip; then selected, critical, degraded, offline, tasks, load. */
export function scoreOf(sky: Sky, i: number): number {
  const { store } = sky;
  const status = store.statusOf(i);
  const trouble =
    status === Status.Critical ? 500 : status === Status.Degraded ? 400 : status === Status.Offline ? 200 : 0;
  const chosen = store.selected.has(i) ? 1000 : 0;
  return chosen + trouble + 6 * Math.min(20, store.stars.tasks[i] ?? 0) + 20 * store.loadOf(i);
}

function gather(sky: Sky, exceptionsOnly: boolean, has: ReadonlySet<number>): { list: LabelWish[]; seen: number } {
  const { store } = sky;
  const found: { i: number; score: number }[] = [];
  let seen = 0;
  const consider = (i: number): void => {
    seen++;
    if (i === sky.focus || has.has(i) || store.isDimmed(i)) return;
    found.push({ i, score: scoreOf(sky, i) });
  };
  if (exceptionsOnly) {
    for (let n = 0; n < store.exceptions.size; n++) {
      const i = store.exceptions.items[n] ?? 0;
      if (inView(sky, starAt(sky, i), 0)) consider(i);
    }
  } else visitBox(store.grid(), visibleBox(sky.camera, sky.view), consider);
  found.sort((a, b) => b.score - a.score || a.i - b.i);
  const list = found.slice(0, MAX_WISHES).map(({ i, score }) => {
    const p = starAt(sky, i);
    const w = sky.measure("node", store.stars.label(i).name);
    return {
      id: i,
      x: p.x,
      y: p.y,
      reach: reachAt(sky, i) + (store.selected.has(i) ? 4 : 0),
      w,
      h: NAME_HEIGHT,
      score,
    };
  });
  return { list, seen };
}

const isLoud = (sky: Sky, i: number): boolean => sky.store.statusOf(i) !== Status.Online;
const isException = (sky: Sky, i: number): boolean => sky.store.statusOf(i) >= Status.Degraded;

/** Would the rectangle hide a star? Far out only exceptions count, or no label would find a place. */
export const coversStar = (sky: Sky, rect: Rect, self: number, exceptionsOnly: boolean): boolean =>
  starsUnder(sky, rect, self, exceptionsOnly ? isException : undefined, 1) > 0;

/** How many stars a rectangle hides, counted up to `enough`. */
function starsUnder(sky: Sky, rect: Rect, self: number, counts?: (sky: Sky, i: number) => boolean, enough = 9): number {
  const { k, x, y } = sky.camera;
  const margin = reachOf(1, k, false, true) + 1;
  const box = {
    x0: (rect.x - margin - x) / k,
    y0: (rect.y - margin - y) / k,
    x1: (rect.x + rect.w + margin - x) / k,
    y1: (rect.y + rect.h + margin - y) / k,
  };
  let found = 0;
  visitBox(sky.store.grid(), box, (i) => {
    if (i === self || (counts !== undefined && !counts(sky, i))) return false;
    const p = starAt(sky, i);
    const r = reachAt(sky, i) + 0.5;
    const dx = Math.max(rect.x - p.x, 0, p.x - rect.x - rect.w);
    const dy = Math.max(rect.y + 1 - p.y, 0, p.y - rect.y - rect.h + 1);
    if (dx * dx + dy * dy < r * r) found++;
    return found >= enough;
  });
  return found;
}
