/**
 * Names of groups: where they stand (outward of the core), which are shown, and what the line under them says.
 * A group keeps its name at every zoom; far out, only the 24 largest and all with exceptions are written. What outgrew
 * its disc stands in further ones, which are numbered where there is room for that.
 * Not here: stars' labels, writing into the draw list (labels.ts).
 */
import { clamp } from "../../kernels/camera.ts";
import { overlaps, type Rect } from "../../kernels/labels.ts";
import { visitBox } from "../../kernels/spatial.ts";
import type { SceneGroup, SceneWords } from "../api.ts";
import type { Disc } from "../chart.ts";
import { coreScale } from "./core.ts";
import type { Sky } from "./sky.ts";

export type Note = { text: string; tone: "critical" | "degraded" | "offline" };
/** Of its disc. */
export type Side = "above" | "below" | "right" | "left";
export type GroupName = {
  group: SceneGroup;
  disc: Disc;
  side: Side;
  /** Sideways, in pixels, to make room. */
  shift: number;
  name: string;
  count: string;
  nameWidth: number;
  /** Of the first line. */
  width: number;
  notes: Note[];
  notesWidth: number;
  small: boolean;
};

/** In a chart of more groups than this, exceptions are only named where their share is large. */
const MANY = 30;
const LARGE_SHARE = 0.035;
const FAR_LIMIT = 24;
const NOTE_GAP = 14;
/** Names stay clear of the console's bars at the top of the map. */
const TOP_CLEAR = 62;

export const abnormal = (g: SceneGroup): number => g.degraded + g.offline + g.critical;
/** Should this group's exceptions show as an arc and a line? */
export const speaksUp = (g: SceneGroup, groups: number): boolean =>
  groups <= MANY
    ? abnormal(g) > 0
    : g.critical > 0 || (g.degraded + g.offline * 0.7) / Math.max(1, g.count) > LARGE_SHARE;

export function layoutGroupNames(sky: Sky): GroupName[] {
  const { k } = sky.camera;
  const groups = sky.chart.groups.filter((g) => g.discs.length > 0);
  const small = groups.length > 12;
  const bySize = [...groups].sort((a, b) => b.count - a.count || a.index - b.index);
  const shown = k < 3 ? bySize.filter((g, n) => n < FAR_LIMIT || abnormal(g) > 0) : bySize;
  // Those with trouble choose their place first, and small discs before large ones, which have more room round them.
  const room = (g: SceneGroup): number => g.discs[0]?.r ?? 0;
  shown.sort((a, b) => Number(abnormal(b) > 0) - Number(abnormal(a) > 0) || room(a) - room(b) || a.index - b.index);
  const names: GroupName[] = [];
  const s = 21 * coreScale(sky);
  const rects: Rect[] = [{ x: sky.camera.x - s, y: sky.camera.y - s, w: 2 * s, h: 2 * s }];
  const add = (name: GroupName, atAnyPrice: boolean): void => {
    const free = takeSide(sky, name, rects);
    if (!free && !atAnyPrice) return;
    names.push(name);
    rects.push(groupNameRect(sky, name));
  };
  for (const group of shown) {
    const disc = sky.chart.discsOfGroup(group.index)[0];
    if (disc !== undefined) add(compose(sky, group, disc, small, groups.length), k >= 3 || abnormal(group) > 0);
  }
  for (const group of shown) {
    for (const [n, disc] of sky.chart.discsOfGroup(group.index).entries()) {
      if (n > 0 && (k >= 3 || names.length < FAR_LIMIT)) add(further(sky, group, disc, n + 1), false);
    }
  }
  return names;
}

/** Of a disc besides the first: the count and what is wrong stand at the first one, for all of the group. */
function further(sky: Sky, group: SceneGroup, disc: Disc, number: number): GroupName {
  const name = `${group.label} · ${sky.words.number(number)}`;
  const width = sky.measure("groupSmall", name);
  const side = disc.y <= 0 ? "above" : "below";
  return {
    group,
    disc,
    side,
    shift: 0,
    name,
    count: "",
    nameWidth: width,
    width,
    notes: [],
    notesWidth: 0,
    small: true,
  };
}

function compose(sky: Sky, group: SceneGroup, disc: Disc, small: boolean, groups: number): GroupName {
  const style = small ? "groupSmall" : "group";
  const count = sky.words.number(group.count);
  const nameWidth = sky.measure(style, group.label);
  const width = nameWidth + 6 + sky.measure(small ? "countSmall" : "count", count);
  const notes = small && !noteworthy(group) ? [] : notesOf(sky.words, group, groups);
  const notesWidth =
    notes.reduce((w, n) => w + sky.measure("note", n.text), 0) + NOTE_GAP * Math.max(0, notes.length - 1);
  const side = disc.y <= 0 ? "above" : "below";
  return { group, disc, side, shift: 0, name: group.label, count, nameWidth, width, notes, notesWidth, small };
}

/** In charts of more than a dozen groups a line of text needs a reason. */
const noteworthy = (g: SceneGroup): boolean =>
  g.critical > 0 || (g.degraded + g.offline * 0.7) / Math.max(1, g.count) > LARGE_SHARE;

function notesOf(words: SceneWords, group: SceneGroup, groups: number): Note[] {
  if (!speaksUp(group, groups)) return [];
  const notes: Note[] = [];
  if (group.critical > 0) notes.push({ text: words.critical(group.critical), tone: "critical" });
  if (group.degraded > 0) notes.push({ text: words.degraded(group.degraded), tone: "degraded" });
  if (group.offline > 0) notes.push({ text: words.offline(group.offline), tone: "offline" });
  return notes;
}

/**
 * Takes the best place that no other name occupies: outward of the core or inward, straight or a little aside, else
 * beside the disc; covering another group's stars is the last resort. False when all are taken.
 */
function takeSide(sky: Sky, name: GroupName, taken: readonly Rect[]): boolean {
  const outer = name.side;
  const inner: Side = outer === "above" ? "below" : "above";
  const aside = Math.max(26, name.disc.r * sky.camera.k * 0.55);
  const places: [Side, number, number][] = [
    [outer, 0, 0],
    [outer, 13, 0.2],
    [outer, -13, 0.2],
    [outer, aside, 0.5],
    [outer, -aside, 0.5],
    [inner, 0, 1],
    [inner, aside, 1.4],
    [inner, -aside, 1.4],
    ["right", 0, 2],
    ["left", 0, 2],
  ];
  let best = places[0];
  let bestCost = Infinity;
  for (const place of places) {
    if (bestCost <= place[2]) break;
    [name.side, name.shift] = place;
    const rect = groupNameRect(sky, name);
    if (taken.some((other) => overlaps(rect, other, 1))) continue;
    const cost = place[2] + nuisance(sky, name, rect);
    if (cost < bestCost) [best, bestCost] = [place, cost];
  }
  if (best !== undefined) [name.side, name.shift] = best;
  return bestCost < Infinity;
}

/** What a name would cover there. */
function nuisance(sky: Sky, name: GroupName, rect: Rect): number {
  const outside = rect.x >= 0 && rect.x + rect.w <= sky.view.width ? 0 : 2;
  const onDisc = sky.chart.discs.some((d) => d !== name.disc && covers(sky, rect, d));
  return outside + (onDisc ? 0.8 + 0.3 * starsUnder(sky, rect) : 0);
}

function starsUnder(sky: Sky, rect: Rect): number {
  const { k, x, y } = sky.camera;
  let count = 0;
  const box = {
    x0: (rect.x - x) / k,
    y0: (rect.y - y) / k,
    x1: (rect.x + rect.w - x) / k,
    y1: (rect.y + rect.h - y) / k,
  };
  visitBox(sky.store.grid(), box, () => ++count >= 30);
  return count;
}

function covers(sky: Sky, rect: Rect, d: Disc): boolean {
  const { k, x, y } = sky.camera;
  const cx = d.x * k + x;
  const cy = d.y * k + y;
  const dx = Math.max(rect.x - cx, 0, cx - rect.x - rect.w);
  const dy = Math.max(rect.y - cy, 0, cy - rect.y - rect.h);
  return Math.hypot(dx, dy) < d.r * k - 3;
}

/** Middle of the first line's baseline. Inside a disc that fills the view the name stays at the top. */
export function groupNameSpot(sky: Sky, name: GroupName): { x: number; y: number } {
  const { k, x, y } = sky.camera;
  const { disc } = name;
  const r = disc.r * k;
  const middle = disc.x * k + x + name.shift;
  const top = disc.y * k + y - r;
  const bottom = top + 2 * r;
  const half = Math.max(name.width, name.notesWidth) / 2;
  const noted = name.notes.length > 0;
  if (name.side === "right" || name.side === "left") {
    const away = (r + 8 + half) * (name.side === "right" ? 1 : -1);
    return { x: middle + away, y: top + r + (noted ? -3 : 4) };
  }
  const above = name.side === "above";
  const at = above ? top - (noted ? 24 : 10) : bottom + 18;
  const across = disc.x * k + x + r > 0 && disc.x * k + x - r < sky.view.width;
  const hidden = above ? at < TOP_CLEAR : at > sky.view.height && top < TOP_CLEAR;
  if (!across || !hidden || bottom < TOP_CLEAR + 90) return { x: middle, y: at };
  const edge = Math.min(half + 12, sky.view.width / 2);
  return { x: clamp(middle, edge, sky.view.width - edge), y: TOP_CLEAR };
}

export function groupNameRect(sky: Sky, name: GroupName): Rect {
  const at = groupNameSpot(sky, name);
  const w = Math.max(name.width, name.notesWidth) + 8;
  return { x: at.x - w / 2, y: at.y - 12, w, h: name.notes.length > 0 ? 31 : 16 };
}
