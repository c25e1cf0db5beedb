/**
 * The groups' discs: fill, outline and health arcs in one quad each, exact at every zoom.
 * Not here: names, stars, trunks.
 */
import type { Chart } from "../chart.ts";
import { fractions, type Palette } from "../palette.ts";
import { speaksUp } from "../plan/groupNames.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec3 a_disc; // centre, radius in world units
layout(location = 1) in vec3 a_shares; // critical, degraded, offline
uniform vec3 u_camera;
uniform float u_dpr;
out vec2 v_at;
out float v_radius;
out vec3 v_shares;
${TO_CLIP_GLSL}
void main() {
  int corner = gl_VertexID & 3;
  vec2 side = vec2((corner & 1) * 2 - 1, (corner >> 1) * 2 - 1);
  v_radius = a_disc.z * u_camera.x;
  v_at = side * (v_radius + 2.0 * u_dpr + 1.0);
  v_shares = a_shares;
  gl_Position = toClip(a_disc.xy * u_camera.x + u_camera.yz + v_at);
}`;

const FRAGMENT = `
in vec2 v_at;
in float v_radius;
in vec3 v_shares;
uniform float u_dpr, u_fade;
uniform vec3 u_fill, u_critical, u_degraded, u_offline;
uniform vec4 u_outline;
out vec4 o_colour;
const float TAU = 6.2831853;
void main() {
  float d = length(v_at);
  float rim = v_radius - d;
  if (rim > 3.0 * u_dpr) { o_colour = vec4(u_fill, 1.0) * u_fade; return; }
  if (rim < -3.0 * u_dpr) discard;
  float inside = clamp(rim + 0.5, 0.0, 1.0);
  float line = clamp(0.5 * u_dpr + 0.5 - abs(rim), 0.0, 1.0) * u_outline.a;
  vec4 c = vec4(u_fill * inside, inside);
  c = c * (1.0 - line) + vec4(u_outline.rgb * line, line);
  if (v_shares.x + v_shares.y + v_shares.z > 0.0) {
    float band = clamp(1.0 * u_dpr + 0.5 - abs(rim), 0.0, 1.0);
    // Software GL gets atan wrong at exactly zero.
    float angle = atan(v_at.x + (v_at.x < 0.0 ? -1e-3 : 1e-3), -v_at.y);
    if (angle < 0.0) angle += TAU;
    float start = 0.0;
    for (int i = 0; i < 3; i++) {
      float share = i == 0 ? v_shares.x : i == 1 ? v_shares.y : v_shares.z;
      if (share <= 0.0) continue;
      vec3 rgb = i == 0 ? u_critical : i == 1 ? u_degraded : u_offline;
      float sweep = max(share * TAU, 5.0 * u_dpr / v_radius);
      float a = band * clamp((angle - start) * v_radius + 0.5, 0.0, 1.0) * clamp((start + sweep - angle) * v_radius + 0.5, 0.0, 1.0);
      c = c * (1.0 - a) + vec4(rgb * a, a);
      start += sweep + 2.5 * u_dpr / v_radius;
    }
  }
  o_colour = c * u_fade;
}`;

const FLOATS = 6;

export class DiscPass {
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly indices: WebGLBuffer;
  private count = 0;
  private version = -1;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.vao = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    this.indices = gl.createBuffer();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.indices);
    for (const [location, at] of [
      [0, 0],
      [1, 12],
    ] as const) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, 3, gl.FLOAT, false, FLOATS * 4, at);
    }
    gl.bindVertexArray(null);
  }

  upload(chart: Chart): void {
    if (this.version === chart.healthVersion) return;
    this.version = chart.healthVersion;
    const { gl } = this;
    this.count = chart.discs.length;
    const floats = new Float32Array(this.count * 4 * FLOATS);
    const indices = new Uint32Array(this.count * 6);
    for (const [n, d] of chart.discs.entries()) {
      const g = d.group;
      const all = !d.annex && speaksUp(g, chart.groups.length) ? Math.max(1, g.count) : Infinity;
      const quad = [d.x, d.y, d.r, g.critical / all, g.degraded / all, g.offline / all];
      for (let c = 0; c < 4; c++) floats.set(quad, (n * 4 + c) * FLOATS);
      indices.set(
        [0, 1, 2, 2, 1, 3].map((c) => n * 4 + c),
        n * 6,
      );
    }
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, floats, gl.STATIC_DRAW);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STATIC_DRAW);
  }

  /** A draft is outlined in the colour of what is under way. */
  draw(view: FrameView, palette: Palette, alpha: number, draft: boolean): void {
    if (this.count === 0) return;
    const { gl, program } = this;
    program.bind();
    gl.bindVertexArray(this.vao);
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform3f(program.at("u_camera"), view.k, view.x, view.y);
    gl.uniform1f(program.at("u_dpr"), view.dpr);
    gl.uniform1f(program.at("u_fade"), alpha);
    gl.uniform3f(program.at("u_fill"), ...fractions(palette.disc));
    gl.uniform3f(program.at("u_critical"), ...fractions(palette.critical));
    gl.uniform3f(program.at("u_degraded"), ...fractions(palette.degraded));
    gl.uniform3f(program.at("u_offline"), ...fractions(palette.offline));
    const outline = draft ? palette.activity : palette.grid;
    gl.uniform4f(program.at("u_outline"), ...fractions(outline), draft ? 0.6 : palette.alpha.outline);
    gl.drawElements(gl.TRIANGLES, this.count * 6, gl.UNSIGNED_INT, 0);
  }
}
