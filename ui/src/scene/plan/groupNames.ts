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
export type GroupName = {
  group: SceneGroup;
  disc: Disc;
  /** Above its disc; else below. */
  up: boolean;
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
    const free = fit(sky, name, rects);
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
  return { group, disc, up: disc.y <= 0, name: group.label, count, nameWidth, width, notes, notesWidth, small };
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

/** Tries the outer side, then the inner one; false when both are taken (the outer side stays). */
function fit(sky: Sky, name: GroupName, taken: readonly Rect[]): boolean {
  const outer = name.up;
  for (const up of [outer, !outer]) {
    name.up = up;
    const rect = groupNameRect(sky, name);
    if (!taken.some((other) => overlaps(rect, other, 1))) return true;
  }
  name.up = outer;
  return false;
}

/** Middle of the first line's baseline. Inside a disc that fills the view the name stays at the top. */
export function groupNameSpot(sky: Sky, name: GroupName): { x: number; y: number } {
  const { k, x, y } = sky.camera;
  const { disc } = name;
  const r = disc.r * k;
  const top = disc.y * k + y - r;
  const bottom = disc.y * k + y + r;
  const lines = name.notes.length > 0 ? 15 : 0;
  const at = name.up ? top - 10 - lines + (lines > 0 ? 1 : 0) : bottom + 18;
  const middle = disc.x * k + x;
  const half = Math.max(name.width, name.notesWidth) / 2 + 8;
  const across = middle + r > 0 && middle - r < sky.view.width;
  const inside = across && top < TOP_CLEAR && bottom > TOP_CLEAR + 90 && (name.up || bottom + 18 > sky.view.height);
  if (!inside) return { x: middle, y: at };
  const room = Math.max(half, Math.min(sky.view.width - half, sky.view.width / 2));
  return { x: clamp(middle, half, Math.max(room, sky.view.width - half)), y: Math.max(at, TOP_CLEAR) };
}

export function groupNameRect(sky: Sky, name: GroupName): Rect {
  const at = groupNameSpot(sky, name);
  const w = Math.max(name.width, name.notesWidth) + 8;
  return { x: at.x - w / 2, y: at.y - 12, w, h: name.notes.length > 0 ? 31 : 16 };
}
