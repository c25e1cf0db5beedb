/**
 * Writes texts into the draw list: groups' names, stars' names and cards, the chip of the focused and of the
 * hovered star, the core's name, counts on busy trunks.
 * Not here: which labels there are and where (labelBoard.ts, groupNames.ts, cards.ts), glyphs (gl/atlas.ts).
 */
import { Status } from "../api.ts";
import type { DrawList, TextStyle } from "../drawList.ts";
import { pack } from "../palette.ts";
import { coreScale } from "./core.ts";
import { type GroupName, groupNameSpot } from "./groupNames.ts";
import type { NodeLabel } from "./labelBoard.ts";
import { pulseSpot } from "./links.ts";
import { inView, isSmall, type Sky, starAt } from "./sky.ts";

function write(
  sky: Sky,
  list: DrawList,
  style: TextStyle,
  text: string,
  x: number,
  y: number,
  colour: string,
  alpha = 1,
): void {
  list.texts.push({ text, style, x, y, fill: pack(colour, alpha), halo: pack(sky.palette.map, alpha) });
}

export function drawGroupNames(sky: Sky, list: DrawList): void {
  for (const name of sky.labels.groups) drawGroupName(sky, list, name);
}

function drawGroupName(sky: Sky, list: DrawList, name: GroupName): void {
  const { palette } = sky;
  const at = groupNameSpot(sky, name);
  if (!inView(sky, at, 140)) return;
  const x = at.x - name.width / 2;
  const { unfold } = sky;
  write(sky, list, name.small ? "groupSmall" : "group", name.name, x, at.y, palette.text, unfold);
  const beside = x + name.nameWidth + 6;
  if (name.count !== "")
    write(sky, list, name.small ? "countSmall" : "count", name.count, beside, at.y, palette.text3, unfold);
  let cursor = at.x - name.notesWidth / 2;
  for (const [n, note] of name.notes.entries()) {
    if (n > 0) {
      write(sky, list, "note", "·", cursor + 5, at.y + 15, palette.text3, unfold);
      cursor += 14;
    }
    const colour = note.tone === "offline" ? palette.text3 : palette[note.tone];
    write(sky, list, "note", note.text, cursor, at.y + 15, colour, unfold);
    cursor += sky.measure("note", note.text);
  }
}

function nameColour(sky: Sky, i: number): string {
  const { palette } = sky;
  const status = sky.store.statusOf(i);
  if (status === Status.Critical) return palette.critical;
  if (status === Status.Degraded) return palette.degraded;
  return status === Status.Offline ? palette.text3 : palette.text2;
}

export function drawNodeLabels(sky: Sky, list: DrawList): void {
  const { store, hover } = sky;
  const chip = hover !== null && hover !== sky.focus ? starAt(sky, hover) : null;
  for (const label of sky.labels.nodes) {
    const i = label.ordinal;
    if (!store.isThere(i) || (i === sky.focus && label.lines === 0)) continue;
    const p = starAt(sky, i);
    if (!inView(sky, p, 240)) continue;
    const underChip = chip !== null && i !== hover && Math.abs(p.y + label.dy + 6 - chip.y) < 20;
    if (underChip && p.x + label.dx < chip.x + 150 && p.x + label.dx + label.w > chip.x - 12) continue;
    if (label.lines > 0) drawCard(sky, list, label);
    else if (i !== hover)
      write(sky, list, "node", store.stars.label(i).name, p.x + label.dx, p.y + label.dy + 9.5, nameColour(sky, i));
  }
}

function drawCard(sky: Sky, list: DrawList, label: NodeLabel): void {
  const { palette, store } = sky;
  const i = label.ordinal;
  const p = starAt(sky, i);
  const texts = store.stars.label(i);
  const status = store.statusOf(i);
  const line = (style: TextStyle, text: string, dy: number, colour: string): void => {
    const indent = label.toLeft ? label.w - sky.measure(style, text) : 0;
    write(sky, list, style, text, p.x + label.dx + indent, p.y + label.dy + dy, colour);
  };
  const title = status === Status.Online || status === Status.Busy ? palette.text : nameColour(sky, i);
  line("title", texts.name, label.lines === 1 ? 12 : 14, title);
  if (label.lines < 2) return;
  line("facts", texts.facts, 32, status === Status.Offline ? palette.text3 : palette.text2);
  if (label.lines > 2) line("address", texts.address, 49, palette.text3);
}

export function drawCoreName(sky: Sky, list: DrawList): void {
  if (sky.camera.k < 1.2 && sky.store.present > 0) return;
  const style: TextStyle = "groupSmall";
  const x = sky.camera.x - sky.measure(style, "Nexus") / 2;
  const s = coreScale(sky);
  write(sky, list, style, "Nexus", x, sky.camera.y + (isSmall(sky) ? 44 : 19 * s + 17), sky.palette.text);
}

/** When comets are too many or not wanted, the trunk says how much work it carries. */
export function drawPulseCounts(sky: Sky, list: DrawList): void {
  const { flights } = sky;
  if (!flights.crowded && !flights.still) return;
  for (const [group, count] of flights.byGroup) {
    const at = pulseSpot(sky, group);
    if (at === null || !inView(sky, at, 20)) continue;
    const text = sky.words.number(count);
    write(sky, list, "note", text, at.x - sky.measure("note", text) / 2, at.y - 6, sky.palette.activity);
  }
}
