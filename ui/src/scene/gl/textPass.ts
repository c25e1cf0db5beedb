/**
 * Texts: one textured quad each, from the label atlas, tinted per vertex (letters and halo). Snapped to whole
 * pixels at rest, gliding while the camera moves.
 * Not here: rasterising (atlas.ts), which texts there are (plan/).
 */
import type { TextItem } from "../drawList.ts";
import type { Atlas } from "./atlas.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec4 a_place; // x, y in device pixels, u, v in texels
layout(location = 1) in vec4 a_fill;
layout(location = 2) in vec4 a_halo;
uniform float u_atlas;
out vec2 v_uv;
out vec4 v_fill;
out vec4 v_halo;
${TO_CLIP_GLSL}
void main() {
  gl_Position = toClip(a_place.xy);
  v_uv = a_place.zw / u_atlas;
  v_fill = a_fill;
  v_halo = a_halo;
}`;

const FRAGMENT = `
in vec2 v_uv;
in vec4 v_fill;
in vec4 v_halo;
uniform sampler2D u_texture;
out vec4 o_colour;
void main() {
  vec2 t = texture(u_texture, v_uv).rg;
  float halo = t.r * v_halo.a;
  float fill = t.g * v_fill.a;
  o_colour = vec4(v_halo.rgb * halo, halo) * (1.0 - fill) + vec4(v_fill.rgb * fill, fill);
}`;

/** x, y, u, v, letters, halo. */
const FLOATS = 6;

export class TextPass {
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly indices: WebGLBuffer;
  private texture: WebGLTexture | null = null;
  private floats = new Float32Array(FLOATS * 4 * 256);
  private bits = new Uint32Array(this.floats.buffer);
  private indexed = 0;
  private atlas: Atlas | null = null;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.vao = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    this.indices = gl.createBuffer();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.indices);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, FLOATS * 4, 0);
    for (const [location, at] of [
      [1, 16],
      [2, 20],
    ] as const) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, 4, gl.UNSIGNED_BYTE, true, FLOATS * 4, at);
    }
    gl.bindVertexArray(null);
  }

  /** Makes every text's quad; texts that are new are rasterised here. */
  upload(texts: readonly TextItem[], atlas: Atlas, view: FrameView): void {
    if (this.atlas !== atlas || this.texture === null) this.makeTexture(atlas);
    const before = atlas.generation;
    if (texts.length === 0) return;
    this.reserve(texts.length);
    this.build(texts, atlas, view);
    // The atlas ran full on the way: everything on the screen fits into the fresh one.
    if (atlas.generation !== before) this.build(texts, atlas, view);
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.floats.subarray(0, texts.length * 4 * FLOATS), gl.STREAM_DRAW);
  }

  draw(view: FrameView, first: number, count: number): void {
    if (this.atlas === null) return;
    const { gl, program } = this;
    program.bind();
    gl.bindVertexArray(this.vao);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform1f(program.at("u_atlas"), this.atlas.size);
    gl.drawElements(gl.TRIANGLES, count * 6, gl.UNSIGNED_INT, first * 24);
  }

  private build(texts: readonly TextItem[], atlas: Atlas, view: FrameView): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const upload = (u: number, v: number, w: number, h: number, rg: Uint8Array): void =>
      gl.texSubImage2D(gl.TEXTURE_2D, 0, u, v, w, h, gl.RG, gl.UNSIGNED_BYTE, rg);
    for (const [n, item] of texts.entries()) this.quad(n, item, atlas.get(item.style, item.text, upload), view);
  }

  private quad(n: number, item: TextItem, glyphs: ReturnType<Atlas["get"]>, view: FrameView): void {
    const snap = (v: number): number => (view.still ? Math.round(v) : v);
    for (let c = 0; c < 4; c++) {
      const at = (n * 4 + c) * FLOATS;
      const du = (c & 1) * (glyphs?.w ?? 0);
      const dv = (c >> 1) * (glyphs?.h ?? 0);
      this.floats[at] = snap(item.x * view.dpr - (glyphs?.left ?? 0)) + du;
      this.floats[at + 1] = snap(item.y * view.dpr - (glyphs?.up ?? 0)) + dv;
      this.floats[at + 2] = (glyphs?.u ?? 0) + du;
      this.floats[at + 3] = (glyphs?.v ?? 0) + dv;
      this.bits[at + 4] = item.fill;
      this.bits[at + 5] = item.halo;
    }
  }

  private reserve(quads: number): void {
    if (quads * 4 * FLOATS > this.floats.length) {
      this.floats = new Float32Array(quads * 8 * FLOATS);
      this.bits = new Uint32Array(this.floats.buffer);
    }
    if (quads <= this.indexed) return;
    this.indexed = Math.max(256, quads * 2);
    const indices = new Uint32Array(this.indexed * 6);
    for (let n = 0; n < this.indexed; n++)
      indices.set(
        [0, 1, 2, 2, 1, 3].map((c) => n * 4 + c),
        n * 6,
      );
    this.gl.bindVertexArray(this.vao);
    this.gl.bindBuffer(this.gl.ELEMENT_ARRAY_BUFFER, this.indices);
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, indices, this.gl.STATIC_DRAW);
  }

  private makeTexture(atlas: Atlas): void {
    const { gl } = this;
    if (this.texture !== null) gl.deleteTexture(this.texture);
    this.atlas = atlas;
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG8, atlas.size, atlas.size);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  }
}
