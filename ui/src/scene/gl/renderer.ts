/**
 * Executes draw lists: uploads what changed, then runs the operations in order. Owns all GL objects of a context;
 * after a lost context a new renderer is made.
 * Not here: any decision about what to draw.
 */
import type { DrawList, Op } from "../drawList.ts";
import { fractions } from "../palette.ts";
import type { Sky } from "../plan/sky.ts";
import type { Atlas } from "./atlas.ts";
import { DensityPass } from "./densityPass.ts";
import { DiscPass } from "./discPass.ts";
import { FillPass } from "./fillPass.ts";
import { MarkPass } from "./markPass.ts";
import type { FrameView } from "./program.ts";
import { RibbonPass } from "./ribbonPass.ts";
import { StarPass } from "./starPass.ts";
import { TextPass } from "./textPass.ts";

/**
 * preserveDrawingBuffer: WebKitGTK can show a frame one draw late without it, fatal when drawing on demand.
 * stencil: the lasso's fill. No antialiasing: every shader feathers its own edges.
 */
const ATTRIBUTES: WebGLContextAttributes = {
  alpha: false,
  antialias: false,
  depth: false,
  stencil: true,
  preserveDrawingBuffer: true,
  powerPreference: "low-power",
};

export const openContext = (canvas: HTMLCanvasElement): WebGL2RenderingContext | null =>
  canvas.getContext("webgl2", ATTRIBUTES);

export class Renderer {
  private readonly stars: StarPass;
  private readonly ribbons: RibbonPass;
  private readonly discs: DiscPass;
  private readonly density: DensityPass;
  private readonly marks: MarkPass;
  private readonly texts: TextPass;
  private readonly fill: FillPass;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.stars = new StarPass(gl);
    this.ribbons = new RibbonPass(gl);
    this.discs = new DiscPass(gl);
    this.density = new DensityPass(gl);
    this.marks = new MarkPass(gl);
    this.texts = new TextPass(gl);
    this.fill = new FillPass(gl);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  execute(list: DrawList, sky: Sky, atlas: Atlas, view: FrameView): void {
    const { gl } = this;
    gl.viewport(0, 0, view.width, view.height);
    gl.clearColor(...fractions(sky.palette.map), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.stars.upload(sky.store);
    this.discs.upload(sky.chart);
    this.ribbons.upload(list.ribbons, sky.chart, sky.palette);
    this.marks.upload(list.marks, list.markCount);
    this.texts.upload(list.texts, atlas, view);
    for (const op of list.ops) this.run(op, sky, view);
  }

  private run(op: Op, sky: Sky, view: FrameView): void {
    switch (op.op) {
      case "grid":
        this.ribbons.drawGrid(view, op.step, op.stretch);
        break;
      case "trunks":
        this.ribbons.drawTrunks(view, op.alpha);
        break;
      case "discs":
        this.discs.draw(view, sky.palette, op.alpha, op.draft);
        break;
      case "density":
        this.density.draw(sky.density, view, sky.palette);
        break;
      case "stars":
        this.stars.draw(op.pass, sky.store, view, sky.palette, {
          thin: sky.moving && sky.thrift >= 4,
          only: op.loose === true ? sky.density.loose : null,
        });
        break;
      case "ribbons":
        this.ribbons.drawStream(view, op.first, op.count, op.dash);
        break;
      case "marks":
        this.marks.draw(view, op.first, op.count);
        break;
      case "texts":
        this.texts.draw(view, op.first, op.count);
        break;
      case "fill":
        this.fill.draw(view, op.loop, op.colour, op.alpha);
        break;
    }
  }
}
