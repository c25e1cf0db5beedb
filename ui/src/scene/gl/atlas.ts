/**
 * The label atlas: every text is rasterised once by a 2D canvas (halo in red, letters in green, so the shader can
 * tint both) and packed on shelves. When it is full it starts over with what is on the screen.
 * Not here: GL (textPass.ts uploads the pixels), which texts there are.
 */
import type { TextStyle } from "../drawList.ts";
import { CHIP_PAD } from "../plan/chips.ts";

const SANS = '"Geist Variable", Geist, system-ui, sans-serif';
const MONO = '"Geist Mono Variable", "Geist Mono", ui-monospace, monospace';
export const FONTS: Record<TextStyle, string> = {
  group: `600 13px ${SANS}`,
  groupSmall: `600 12px ${SANS}`,
  count: `400 12.5px ${SANS}`,
  countSmall: `400 11.5px ${SANS}`,
  note: `450 11px ${SANS}`,
  node: `450 11px ${SANS}`,
  chip: `550 12px ${SANS}`,
  title: `600 14px ${SANS}`,
  facts: `400 12px ${SANS}`,
  address: `400 11.5px ${MONO}`,
};
const HALO_PX = 3.5;
/** Room round the letters for halo and descenders, CSS pixels. */
const PAD = { side: 4, up: 15, down: 7 };
const CHIP = { up: 16, down: 8, radius: 6 };
const MAX_WIDTHS = 20_000;

/** A text in the atlas: texels, and where the baseline's left end stands inside. */
export type Glyphs = { u: number; v: number; w: number; h: number; left: number; up: number };
export type Upload = (u: number, v: number, w: number, h: number, rg: Uint8Array) => void;

export class Atlas {
  /** Changes when everything was thrown away: vertices made before are void. */
  generation = 0;
  readonly size: number;
  private readonly context: CanvasRenderingContext2D;
  private entries = new Map<string, Glyphs>();
  private widths = new Map<string, number>();
  private shelf = { u: 0, v: 0, h: 0 };

  constructor(private dpr: number) {
    this.size = dpr > 1.25 ? 2048 : 1024;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("The browser has no 2D canvas for the map's texts.");
    this.context = context;
  }

  /** Width in CSS pixels. Tabular figures, so numbers do not dance. */
  measure(style: TextStyle, text: string): number {
    const key = `${style}|${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > MAX_WIDTHS) this.widths.clear();
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.font = FONTS[style];
      width = this.context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }

  /** Fonts arrived: widths and pictures are void. */
  reset(): void {
    this.widths.clear();
    this.restart();
  }
  private restart(): void {
    this.entries.clear();
    this.shelf = { u: 0, v: 0, h: 0 };
    this.generation++;
  }

  /** The text's place in the atlas, rasterised now if it is new. Null when it is larger than the atlas. */
  get(style: TextStyle, text: string, upload: Upload): Glyphs | null {
    const key = `${style}|${text}`;
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const chip = style === "chip";
    const left = chip ? CHIP_PAD : PAD.side;
    const up = chip ? CHIP.up : PAD.up;
    const w = Math.ceil((this.measure(style, text) + 2 * left) * this.dpr);
    const h = Math.ceil((up + (chip ? CHIP.down : PAD.down)) * this.dpr);
    const spot = this.allocate(w, h);
    if (spot === null) return null;
    const glyphs = { ...spot, w, h, left: left * this.dpr, up: up * this.dpr };
    upload(spot.u, spot.v, w, h, this.raster(style, text, w, h, left, up));
    this.entries.set(key, glyphs);
    return glyphs;
  }

  private allocate(w: number, h: number): { u: number; v: number } | null {
    if (w + 1 > this.size) return null;
    if (this.shelf.u + w + 1 > this.size) this.shelf = { u: 0, v: this.shelf.v + this.shelf.h, h: 0 };
    if (this.shelf.v + h + 1 > this.size) this.restart();
    const spot = { u: this.shelf.u, v: this.shelf.v };
    this.shelf.u += w + 1;
    this.shelf.h = Math.max(this.shelf.h, h + 1);
    return spot;
  }

  /** Two bytes a texel: how much halo, how much letter. */
  private raster(style: TextStyle, text: string, w: number, h: number, left: number, up: number): Uint8Array {
    const c = this.context;
    const { canvas } = c;
    if (canvas.width < w) canvas.width = w;
    if (canvas.height < h) canvas.height = h;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.globalCompositeOperation = "source-over";
    c.fillStyle = "#000";
    c.fillRect(0, 0, w, h);
    c.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
    c.font = FONTS[style];
    c.textBaseline = "alphabetic";
    if (style === "chip") {
      c.fillStyle = "#f00";
      c.beginPath();
      c.roundRect(0, 0, w / this.dpr, h / this.dpr, CHIP.radius);
      c.fill();
    } else {
      c.strokeStyle = "#f00";
      c.lineWidth = HALO_PX;
      c.lineJoin = "round";
      c.strokeText(text, left, up);
    }
    c.globalCompositeOperation = "lighter";
    c.fillStyle = "#0f0";
    c.fillText(text, left, up);
    const rgba = c.getImageData(0, 0, w, h).data;
    const rg = new Uint8Array(w * h * 2);
    for (let i = 0; i < w * h; i++) {
      rg[2 * i] = rgba[4 * i] ?? 0;
      rg[2 * i + 1] = rgba[4 * i + 1] ?? 0;
    }
    return rg;
  }
}
