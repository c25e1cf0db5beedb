/**
 * Lines: the background grid and the trunks from static buffers, everything else (spokes, comets' tails, the lasso)
 * from one streamed buffer. A strip's two edges are pushed apart in the vertex shader and feathered in the fragment
 * shader, because the canvas has no antialiasing of its own.
 * Not here: curves and which lines there are.
 */
import { RIBBON_FLOATS, RibbonBuffer } from "../../kernels/ribbon.ts";
import { pointOn, trunkTo, trunkWidth } from "../../kernels/trunk.ts";
import type { Chart } from "../chart.ts";
import { type Palette, pack } from "../palette.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec2 a_position;
layout(location = 1) in vec2 a_normal;
layout(location = 2) in vec2 a_edge; // signed half width, distance along
layout(location = 3) in vec4 a_colour;
uniform vec2 u_scale, u_offset;
uniform float u_dpr;
out vec4 v_colour;
out vec3 v_edge; // across, half width, along
${TO_CLIP_GLSL}
void main() {
  float wanted = abs(a_edge.x) * u_dpr;
  float half_width = max(0.5, wanted);
  vec2 normal = normalize(a_normal / u_scale) * length(a_normal);
  float across = sign(a_edge.x) * (half_width + 1.0);
  gl_Position = toClip(a_position * u_scale + u_offset + normal * across);
  v_colour = vec4(a_colour.rgb, a_colour.a * min(1.0, wanted / 0.5));
  v_edge = vec3(across, half_width, a_edge.y * u_dpr);
}`;

const FRAGMENT = `
in vec4 v_colour;
in vec3 v_edge;
uniform float u_dash, u_fade;
out vec4 o_colour;
void main() {
  float a = u_fade * v_colour.a * clamp(v_edge.y + 0.5 - abs(v_edge.x), 0.0, 1.0);
  if (u_dash > 0.0) {
    float at = mod(v_edge.z, u_dash);
    a *= clamp(0.56 * u_dash - at + 0.5, 0.0, 1.0) * clamp(at + 0.5, 0.0, 1.0);
  }
  o_colour = vec4(v_colour.rgb * a, a);
}`;

const RINGS = 9;
const RING_POINTS = 192;
const TRUNK_POINTS = 28;

class Strip {
  readonly vao: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  count = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.vao = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const stride = RIBBON_FLOATS * 4;
    for (const [location, at] of [
      [0, 0],
      [1, 8],
      [2, 16],
    ] as const) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, 2, gl.FLOAT, false, stride, at);
    }
    gl.enableVertexAttribArray(3);
    gl.vertexAttribPointer(3, 4, gl.UNSIGNED_BYTE, true, stride, 24);
    gl.bindVertexArray(null);
  }
  fill(ribbons: RibbonBuffer, usage: number): void {
    this.count = ribbons.vertices;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, ribbons.floats.subarray(0, ribbons.vertices * RIBBON_FLOATS), usage);
  }
}

export class RibbonPass {
  private readonly program: Program;
  private readonly grid: Strip;
  private readonly trunks: Strip;
  private readonly stream: Strip;
  private readonly scratch = new RibbonBuffer();
  private gridFor: Palette | null = null;
  private trunksFor: { palette: Palette; version: number } | null = null;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.grid = new Strip(gl);
    this.trunks = new Strip(gl);
    this.stream = new Strip(gl);
  }

  upload(ribbons: RibbonBuffer, chart: Chart, palette: Palette): void {
    if (ribbons.vertices > 0) this.stream.fill(ribbons, this.gl.STREAM_DRAW);
    if (this.gridFor !== palette) this.makeGrid(palette);
    if (this.trunksFor?.palette !== palette || this.trunksFor.version !== chart.version)
      this.makeTrunks(chart, palette);
  }

  drawGrid(view: FrameView, step: number, stretch: number): void {
    const k = view.k * step;
    this.draw(this.grid, view, [k * stretch, k], [view.x, view.y], 0, this.grid.count, 0);
  }
  drawTrunks(view: FrameView, alpha: number): void {
    this.draw(this.trunks, view, [view.k, view.k], [view.x, view.y], 0, this.trunks.count, 0, alpha);
  }
  drawStream(view: FrameView, first: number, count: number, dash: number): void {
    this.draw(this.stream, view, [view.dpr, view.dpr], [0, 0], first, count, dash * view.dpr);
  }

  private draw(
    strip: Strip,
    view: FrameView,
    scale: [number, number],
    offset: [number, number],
    first: number,
    count: number,
    dash: number,
    fade = 1,
  ): void {
    if (count === 0) return;
    const { gl, program } = this;
    program.bind();
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform2f(program.at("u_scale"), ...scale);
    gl.uniform2f(program.at("u_offset"), ...offset);
    gl.uniform1f(program.at("u_dpr"), view.dpr);
    gl.uniform1f(program.at("u_dash"), dash);
    gl.uniform1f(program.at("u_fade"), fade);
    gl.bindVertexArray(strip.vao);
    gl.drawArrays(gl.TRIANGLE_STRIP, first, count);
  }

  /** Circles of radius 1 to 9 and rays in between, in units of the grid's step. */
  private makeGrid(palette: Palette): void {
    const lines = this.scratch;
    lines.clear();
    const circle = pack(palette.grid, palette.alpha.gridCircle);
    const ray = pack(palette.grid, palette.alpha.gridRay);
    const xy = new Float32Array(RING_POINTS * 2);
    for (let r = 1; r <= RINGS; r++) {
      for (let i = 0; i < RING_POINTS; i++) {
        xy[2 * i] = r * Math.cos((i / RING_POINTS) * 2 * Math.PI);
        xy[2 * i + 1] = r * Math.sin((i / RING_POINTS) * 2 * Math.PI);
      }
      lines.add(xy, RING_POINTS, 1, circle, true);
    }
    for (let i = 0; i < 24; i++) {
      const a = (i / 24) * 2 * Math.PI;
      const from = i % 2 === 0 ? 1 : 2;
      const ends = [Math.cos(a) * from, Math.sin(a) * from, Math.cos(a) * RINGS, Math.sin(a) * RINGS];
      lines.add(ends, 2, 1, ray);
    }
    this.grid.fill(lines, this.gl.STATIC_DRAW);
    this.gridFor = palette;
  }

  private makeTrunks(chart: Chart, palette: Palette): void {
    const lines = this.scratch;
    lines.clear();
    const xy = new Float32Array((TRUNK_POINTS + 1) * 2);
    for (const d of chart.discs) {
      const curve = trunkTo(d.x, d.y);
      for (let i = 0; i <= TRUNK_POINTS; i++) {
        const p = pointOn(curve, i / TRUNK_POINTS);
        xy[2 * i] = p.x;
        xy[2 * i + 1] = p.y;
      }
      const colour = pack(palette.link, palette.alpha.trunk * (d.annex ? 0.55 : 1));
      lines.add(xy, TRUNK_POINTS + 1, trunkWidth(d.group.count) * (d.annex ? 0.7 : 1), colour);
    }
    this.trunks.fill(lines, this.gl.STATIC_DRAW);
    this.trunksFor = { palette, version: chart.version };
  }
}
