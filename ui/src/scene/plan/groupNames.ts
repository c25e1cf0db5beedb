/**
 * Names of groups: where they stand (outward of the core), which are shown, and what the line under them says.
 * A group keeps its name at every zoom; far out, only the 24 largest and all with exceptions are written.
 * Not here: stars' labels, writing into the draw list (labels.ts).
 */
import { clamp } from "../../kernels/camera.ts";
import { overlaps, type Rect } from "../../kernels/labels.ts";
import type { SceneGroup } from "../api.ts";
import type { Disc } from "../chart.ts";
import type { Sky } from "./sky.ts";

export type Note = { text: string; tone: "critical" | "degraded" | "offline" };
/** Of its disc. */
export type Side = "above" | "below" | "right" | "left";
export type GroupName = {
  group: SceneGroup;
  disc: Disc;
  side: Side;
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
const digits = new Intl.NumberFormat("en");

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
  // Those with trouble choose their place first.
  shown.sort((a, b) => Number(abnormal(b) > 0) - Number(abnormal(a) > 0) || b.count - a.count || a.index - b.index);
  const names: GroupName[] = [];
  const rects: Rect[] = [];
  for (const group of shown) {
    const disc = sky.chart.discsOfGroup(group.index)[0];
    if (disc === undefined) continue;
    const name = compose(sky, group, disc, small, groups.length);
    const free = takeSide(sky, name, rects);
    if (!free && k < 3 && abnormal(group) === 0) continue;
    names.push(name);
    rects.push(groupNameRect(sky, name));
  }
  return names;
}

function compose(sky: Sky, group: SceneGroup, disc: Disc, small: boolean, groups: number): GroupName {
  const style = small ? "groupSmall" : "group";
  const count = digits.format(group.count);
  const nameWidth = sky.measure(style, group.label);
  const width = nameWidth + 6 + sky.measure(small ? "countSmall" : "count", count);
  const notes = small && !noteworthy(group) ? [] : notesOf(group, groups);
  const notesWidth =
    notes.reduce((w, n) => w + sky.measure("note", n.text), 0) + NOTE_GAP * Math.max(0, notes.length - 1);
  const side = disc.y <= 0 ? "above" : "below";
  return { group, disc, side, name: group.label, count, nameWidth, width, notes, notesWidth, small };
}

/** In charts of more than a dozen groups a line of text needs a reason. */
const noteworthy = (g: SceneGroup): boolean =>
  g.critical > 0 || (g.degraded + g.offline * 0.7) / Math.max(1, g.count) > LARGE_SHARE;

function notesOf(group: SceneGroup, groups: number): Note[] {
  if (!speaksUp(group, groups)) return [];
  const notes: Note[] = [];
  if (group.critical > 0) notes.push({ text: `${digits.format(group.critical)} critical`, tone: "critical" });
  if (group.degraded > 0) notes.push({ text: `${digits.format(group.degraded)} degraded`, tone: "degraded" });
  if (group.offline > 0) notes.push({ text: `${digits.format(group.offline)} offline`, tone: "offline" });
  return notes;
}

/**
 * Takes the best side that no other name occupies: outward of the core, inward, beside; a place that covers another
 * group's stars only when nothing else is left. False when all are taken (the outer side stays).
 */
function takeSide(sky: Sky, name: GroupName, taken: readonly Rect[]): boolean {
  const outer = name.side;
  const sides: Side[] = outer === "above" ? ["above", "below", "right", "left"] : ["below", "above", "right", "left"];
  let best = outer;
  let bestCost = Infinity;
  for (const [n, side] of sides.entries()) {
    name.side = side;
    const rect = groupNameRect(sky, name);
    if (taken.some((other) => overlaps(rect, other, 1))) continue;
    const cost = n + (sky.chart.discs.some((d) => d !== name.disc && covers(sky, rect, d)) ? 3 : 0);
    if (cost < bestCost) [best, bestCost] = [side, cost];
  }
  name.side = best;
  return bestCost < Infinity;
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
  const middle = disc.x * k + x;
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
  const across = middle + r > 0 && middle - r < sky.view.width;
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
