/**
 * Marks: discs, rings, arcs, dashed rings and glows as point sprites with exact edges, streamed every frame. They
 * are few (the core, close-ups, rings of selection, comets' heads); stars have their own pass.
 * Not here: which marks there are (plan/).
 */
import { MARK_FLOATS, Mark } from "../drawList.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec4 a_place; // x, y, kind, radius
layout(location = 1) in vec3 a_shape; // width, two parameters
layout(location = 2) in vec4 a_colour;
uniform float u_dpr;
out vec4 v_colour;
out vec4 v_shape; // radius, half width, parameters
out float v_size;
flat out int v_kind;
${TO_CLIP_GLSL}
void main() {
  v_kind = int(a_place.z + 0.5);
  float reach = a_place.w + (v_kind == ${Mark.Disc} || v_kind == ${Mark.Glow} ? 0.0 : a_shape.x * 0.5);
  v_size = 2.0 * (reach * u_dpr + 1.5);
  gl_PointSize = v_size;
  gl_Position = toClip(a_place.xy * u_dpr);
  v_colour = a_colour;
  v_shape = vec4(a_place.w * u_dpr, a_shape.x * 0.5 * u_dpr, a_shape.yz);
}`;

const FRAGMENT = `
in vec4 v_colour;
in vec4 v_shape;
in float v_size;
flat in int v_kind;
out vec4 o_colour;
const float TAU = 6.2831853;
void main() {
  vec2 p = (gl_PointCoord - 0.5) * v_size;
  float d = length(p);
  float r = v_shape.x;
  float a;
  if (v_kind == ${Mark.Disc}) a = clamp(r - d + 0.5, 0.0, 1.0);
  else if (v_kind == ${Mark.Glow}) {
    float f = d / r;
    a = f < 0.35 ? mix(1.0, 0.35, f / 0.35) : 0.35 * (1.0 - smoothstep(0.35, 1.0, f));
  } else {
    float w = max(0.5, v_shape.y);
    a = clamp(w + 0.5 - abs(d - r), 0.0, 1.0) * min(1.0, v_shape.y / 0.5);
    if (v_kind == ${Mark.Arc}) {
      // Sides of two vectors instead of an angle: software GL gets atan wrong where y is zero.
      float sweep = v_shape.w;
      vec2 from = vec2(cos(v_shape.z), sin(v_shape.z));
      vec2 to = vec2(cos(v_shape.z + sweep), sin(v_shape.z + sweep));
      float afterFrom = from.x * p.y - from.y * p.x;
      float beforeTo = p.x * to.y - p.y * to.x;
      bool within = sweep <= 0.5 * TAU ? afterFrom >= 0.0 && beforeTo >= 0.0 : afterFrom >= 0.0 || beforeTo >= 0.0;
      float caps = max(clamp(w - length(p - r * from) + 0.5, 0.0, 1.0), clamp(w - length(p - r * to) + 0.5, 0.0, 1.0));
      a = sweep <= 0.0 ? 0.0 : within ? a : caps;
    } else if (v_kind == ${Mark.Dashes}) {
      float n = v_shape.z;
      float at = fract(atan(p.y + (p.y < 0.0 ? -1e-3 : 1e-3), p.x) / TAU * n + 0.5) * TAU / n * r;
      float on = v_shape.w * TAU / n * r;
      a *= clamp(on - at + 0.5, 0.0, 1.0) * clamp(at + 0.5, 0.0, 1.0);
    }
  }
  a *= v_colour.a;
  o_colour = vec4(v_colour.rgb * a, a);
}`;

export class MarkPass {
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.vao = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const stride = MARK_FLOATS * 4;
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, stride, 0);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 3, gl.FLOAT, false, stride, 16);
    gl.enableVertexAttribArray(2);
    gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, stride, 28);
    gl.bindVertexArray(null);
  }

  upload(marks: Float32Array, count: number): void {
    if (count === 0) return;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, marks.subarray(0, count * MARK_FLOATS), this.gl.STREAM_DRAW);
  }

  draw(view: FrameView, first: number, count: number): void {
    const { gl, program } = this;
    program.bind();
    gl.bindVertexArray(this.vao);
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform1f(program.at("u_dpr"), view.dpr);
    gl.drawArrays(gl.POINTS, first, count);
  }
}
