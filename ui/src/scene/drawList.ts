/**
 * The draw list of one frame: an ordered list of operations and the small streams they refer to (marks, ribbons,
 * texts). Plain data, reused from frame to frame; written by the plan, read by the executor and by tests.
 * Not here: any decision, any GL.
 */
import { RibbonBuffer } from "../kernels/ribbon.ts";

/** The shapes of the mark program; the value is what the shader switches on. */
export const Mark = { Disc: 0, Ring: 1, Arc: 2, Dashes: 3, Glow: 4 } as const;
export type Mark = (typeof Mark)[keyof typeof Mark];
/** Floats of a mark: x, y, kind, radius, width, two parameters, colour bits. */
export const MARK_FLOATS = 8;

export const STAR_PASSES = ["halo", "normal", "exceptions", "selected"] as const;
export type StarPass = (typeof STAR_PASSES)[number];

export type Op =
  | { op: "grid"; step: number; stretch: number }
  | { op: "trunks"; alpha: number }
  | { op: "discs"; alpha: number; draft: boolean }
  /** All stars of all discs as a texture, for when they melt together. */
  | { op: "density" }
  /** `loose`: only those that stand in no disc. */
  | { op: "stars"; pass: StarPass; loose?: boolean }
  /** `dash` in pixels, 0 for a solid line. */
  | { op: "ribbons"; first: number; count: number; dash: number }
  | { op: "fill"; loop: readonly number[]; colour: string; alpha: number }
  | { op: "marks"; first: number; count: number }
  | { op: "texts"; first: number; count: number };

export type TextStyle =
  | "group"
  | "groupSmall"
  | "count"
  | "countSmall"
  | "note"
  | "node"
  | "chip"
  | "title"
  | "facts"
  | "address";

export type TextItem = {
  text: string;
  style: TextStyle;
  /** Left end of the baseline, CSS pixels. */
  x: number;
  y: number;
  fill: number;
  halo: number;
};

export class DrawList {
  readonly ops: Op[] = [];
  readonly ribbons = new RibbonBuffer();
  readonly texts: TextItem[] = [];
  marks = new Float32Array(MARK_FLOATS * 256);
  markBits = new Uint32Array(this.marks.buffer);
  markCount = 0;

  clear(): void {
    this.ops.length = 0;
    this.texts.length = 0;
    this.markCount = 0;
    this.ribbons.clear();
  }
  add(op: Op): void {
    this.ops.push(op);
  }

  mark(kind: Mark, x: number, y: number, r: number, width: number, colour: number, p0 = 0, p1 = 0): void {
    const at = this.markCount * MARK_FLOATS;
    if (at + MARK_FLOATS > this.marks.length) this.growMarks();
    this.marks[at] = x;
    this.marks[at + 1] = y;
    this.marks[at + 2] = kind;
    this.marks[at + 3] = r;
    this.marks[at + 4] = width;
    this.marks[at + 5] = p0;
    this.marks[at + 6] = p1;
    this.markBits[at + 7] = colour;
    this.markCount++;
  }
  /** Runs `draw` and appends the operations for whatever marks, ribbons or texts it produced, in that order. */
  collect(draw: () => void, dash = 0): void {
    const marks = this.markCount;
    const vertices = this.ribbons.vertices;
    const texts = this.texts.length;
    draw();
    if (this.ribbons.vertices > vertices)
      this.add({ op: "ribbons", first: vertices, count: this.ribbons.vertices - vertices, dash });
    if (this.markCount > marks) this.add({ op: "marks", first: marks, count: this.markCount - marks });
    if (this.texts.length > texts) this.add({ op: "texts", first: texts, count: this.texts.length - texts });
  }

  private growMarks(): void {
    const grown = new Float32Array(this.marks.length * 2);
    this.markBits = new Uint32Array(grown.buffer);
    this.markBits.set(new Uint32Array(this.marks.buffer));
    this.marks = grown;
  }
}
