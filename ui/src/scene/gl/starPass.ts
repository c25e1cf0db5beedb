/**
 * The stars: gl.POINTS from one static position buffer and one small dynamic buffer (four bytes a star), of which
 * only dirty blocks are uploaded. Four passes share the program: halos, normal stars, exceptions on top, selection.
 * Not here: sizes (kernels/detail.ts holds the GLSL), who is an exception (starStore.ts).
 */

import { smoothstep } from "../../kernels/camera.ts";
import { haloStrength, STAR_SIZES_GLSL } from "../../kernels/detail.ts";
import { type StarPass as Pass, STAR_PASSES } from "../drawList.ts";
import type { OrdinalList } from "../ordinals.ts";
import { fractions, type Palette } from "../palette.ts";
import { LOOK_BYTES, type StarStore } from "../starStore.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec2 a_position;
layout(location = 1) in uvec4 a_look;
uniform vec3 u_camera;
uniform float u_spacing, u_dpr, u_idle, u_halo, u_thin;
uniform int u_pass;
uniform vec3 u_tints[6];
uniform vec4 u_glow;
uniform vec3 u_activity;
out vec4 v_colour;
out vec4 v_shape; // body radius, hollow, ring radius, ring strength
out vec2 v_extra; // sprite size, diamond
${TO_CLIP_GLSL}
${STAR_SIZES_GLSL}
struct Look { vec4 colour; float radius; float hollow; float ring; float diamond; };
Look lookOf(uint status, float load) {
  float s = u_spacing;
  if (status == 4u) return Look(vec4(u_tints[4], 1.0), offlineRadius(s), 1.0, 0.0, 0.0);
  if (status == 3u) return Look(vec4(u_tints[3], 1.0), degradedRadius(load, s), 0.0, ringStrength(s), 0.0);
  if (status == 5u) return Look(vec4(u_tints[5], 1.0), criticalRadius(load, s), 0.0, 0.0, 1.0);
  // Where stars melt together each one is fainter, so that a dense disc does not outshine the exceptions.
  float crowd = mix(0.4, 1.0, smoothstep(0.4, 2.0, s));
  float alpha = (status == 2u ? 1.0 : min(1.0, u_idle + 0.3 * load)) * crowd;
  return Look(vec4(u_tints[status], status == 0u ? 0.0 : alpha), bodyRadius(load, s), 0.0, 0.0, 0.0);
}
void main() {
  uint status = a_look.x & 15u;
  uint before = a_look.x >> 4;
  bool exception = status >= 3u;
  bool thinned = u_thin > 1.0 && (gl_VertexID & 1) == 1;
  if ((status == 0u && before == 0u) || (u_pass == 1 && (exception || thinned))) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 1.0;
    return;
  }
  float load = float(a_look.y) / 255.0;
  float t = float(a_look.w) / 255.0;
  Look a = lookOf(before, load);
  Look b = lookOf(status, load);
  if (before == 0u) a = Look(vec4(b.colour.rgb, 0.0), b.radius * 0.4, b.hollow, b.ring, b.diamond);
  vec4 colour = mix(a.colour, b.colour, t);
  bool dimmed = (a_look.z & 1u) == 1u;
  if (dimmed) colour.a *= exception ? 0.3 : 0.16;
  float radius = mix(a.radius, b.radius, t);
  float ring = mix(a.ring, b.ring, t);
  float ringRadius = radius + 3.0;
  float reach = ring > 0.0 ? ringRadius + 1.2 : radius;
  if (u_pass == 0) { colour = vec4(u_glow.rgb, u_glow.a * colour.a * u_halo * t); reach = 3.6 * radius; }
  if (u_pass == 3) {
    float outer = radius + mix(2.8, 0.38 * (9.0 + 9.0 * load) + 2.5, smoothstep(20.0, 60.0, u_spacing)) + 4.0;
    float close = exception && status == 4u ? 0.0 : arcStrength(u_spacing);
    ringRadius = mix(radius + (ring > 0.0 ? 6.2 : 3.4), outer + 3.5, close);
    if (u_spacing < 6.0) ringRadius = radius + 1.8;
    colour = vec4(u_activity, dimmed ? 0.4 : 1.0);
    ring = 1.0;
    reach = ringRadius + 1.0;
  }
  float size = 2.0 * (reach * u_dpr + 1.5);
  gl_Position = toClip(a_position * u_camera.x + u_camera.yz);
  gl_PointSize = size;
  v_colour = colour;
  v_shape = vec4(radius * u_dpr, mix(a.hollow, b.hollow, t), ringRadius * u_dpr, ring);
  v_extra = vec2(size, mix(a.diamond, b.diamond, t));
}`;

const FRAGMENT = `
in vec4 v_colour;
in vec4 v_shape;
in vec2 v_extra;
uniform int u_pass;
uniform float u_dpr;
uniform vec3 u_hole;
out vec4 o_colour;
void main() {
  vec2 p = (gl_PointCoord - 0.5) * v_extra.x;
  float d = length(p);
  if (u_pass == 0) {
    float f = d / (0.5 * v_extra.x);
    float core = f < 0.35 ? mix(1.0, 0.35, f / 0.35) : mix(0.35, 0.0, smoothstep(0.35, 1.0, f));
    float a = v_colour.a * max(0.0, core);
    o_colour = vec4(v_colour.rgb * a, a);
    return;
  }
  float ringWidth = u_dpr * 1.2;
  float ring = clamp(ringWidth * 0.5 + 0.5 - abs(d - v_shape.z), 0.0, 1.0) * v_shape.w;
  if (u_pass == 3) { float a = ring * v_colour.a; o_colour = vec4(v_colour.rgb * a, a); return; }
  float edge = mix(d, (abs(p.x) + abs(p.y)) * 0.70711, v_extra.y);
  float radius = v_shape.x * mix(1.0, 0.70711, v_extra.y);
  float body = clamp(radius - edge + 0.5, 0.0, 1.0);
  float line = u_dpr * mix(1.0, 1.3, smoothstep(1.9, 3.1, v_shape.x / u_dpr));
  float hole = clamp((radius - line) * v_shape.y - edge + 0.5, 0.0, 1.0) * step(0.001, v_shape.y);
  vec3 rgb = mix(v_colour.rgb, u_hole, hole);
  float a = v_colour.a * max(body, ring * 0.55);
  o_colour = vec4(rgb * a, a);
}`;

export class StarPass {
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly positions: WebGLBuffer;
  private readonly looks: WebGLBuffer;
  private readonly lists = new Map<OrdinalList, { buffer: WebGLBuffer; version: number }>();
  private layout = -1;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.vao = gl.createVertexArray();
    this.positions = gl.createBuffer();
    this.looks = gl.createBuffer();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.positions);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 8, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.looks);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 4, gl.UNSIGNED_BYTE, LOOK_BYTES, 0);
    gl.bindVertexArray(null);
  }

  /** Uploads what changed since the last frame. */
  upload(store: StarStore): void {
    const { gl } = this;
    if (this.layout !== store.layoutVersion) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.positions);
      gl.bufferData(gl.ARRAY_BUFFER, Math.max(1, store.capacity) * 8, gl.STATIC_DRAW);
      gl.bindBuffer(gl.ARRAY_BUFFER, this.looks);
      gl.bufferData(gl.ARRAY_BUFFER, Math.max(1, store.capacity) * LOOK_BYTES, gl.DYNAMIC_DRAW);
      this.layout = store.layoutVersion;
      store.dirtyPositions.markAll();
      store.dirtyLook.markAll();
    }
    const { capacity, stars } = store;
    store.dirtyPositions.drain((from, to) => {
      const end = Math.min(to, capacity);
      const xy = new Float32Array(Math.max(0, end - from) * 2);
      for (let i = from; i < end; i++) {
        xy[2 * (i - from)] = stars.x[i] ?? 0;
        xy[2 * (i - from) + 1] = stars.y[i] ?? 0;
      }
      gl.bindBuffer(gl.ARRAY_BUFFER, this.positions);
      gl.bufferSubData(gl.ARRAY_BUFFER, from * 8, xy);
    });
    store.dirtyLook.drain((from, to) => {
      const bytes = (Math.min(to, capacity) - from) * LOOK_BYTES;
      gl.bindBuffer(gl.ARRAY_BUFFER, this.looks);
      gl.bufferSubData(gl.ARRAY_BUFFER, from * LOOK_BYTES, store.look, from * LOOK_BYTES, bytes);
    });
  }

  /** `thin`: every second star; `only`: the normal stars of this list. */
  draw(
    pass: Pass,
    store: StarStore,
    view: FrameView,
    palette: Palette,
    { thin, only }: { thin: boolean; only: OrdinalList | null },
  ): void {
    const { gl, program } = this;
    program.bind();
    gl.bindVertexArray(this.vao);
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform3f(program.at("u_camera"), view.k, view.x, view.y);
    gl.uniform1f(program.at("u_spacing"), view.spacing);
    gl.uniform1f(program.at("u_dpr"), view.dpr);
    gl.uniform1f(program.at("u_idle"), palette.alpha.idle);
    gl.uniform1f(program.at("u_halo"), haloStrength(view.spacing) * (1 - smoothstep(20, 60, view.spacing)));
    gl.uniform1f(program.at("u_thin"), thin ? 2 : 1);
    gl.uniform1i(program.at("u_pass"), STAR_PASSES.indexOf(pass));
    const order = [palette.online, palette.online, palette.busy, palette.degraded, palette.offline, palette.critical];
    gl.uniform3fv(program.at("u_tints"), order.flatMap(fractions));
    gl.uniform4f(program.at("u_glow"), ...fractions(palette.glow), palette.alpha.glow);
    gl.uniform3f(program.at("u_activity"), ...fractions(palette.activity));
    gl.uniform3f(program.at("u_hole"), ...fractions(palette.map));
    if (pass === "normal" && only === null) gl.drawArrays(gl.POINTS, 0, Math.min(store.stars.count, store.capacity));
    else {
      const list = only ?? (pass === "halo" ? store.busy : pass === "exceptions" ? store.exceptions : store.selected);
      this.bindList(list);
      gl.drawElements(gl.POINTS, list.size, gl.UNSIGNED_INT, 0);
    }
  }

  private bindList(list: OrdinalList): void {
    const { gl } = this;
    let entry = this.lists.get(list);
    if (entry === undefined) {
      entry = { buffer: gl.createBuffer(), version: -1 };
      this.lists.set(list, entry);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, entry.buffer);
    if (entry.version === list.version) return;
    entry.version = list.version;
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, list.items.subarray(0, list.size), gl.DYNAMIC_DRAW);
  }
}
