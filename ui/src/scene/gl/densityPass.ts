/**
 * Draws the density sheet: one quad for each disc, lighter where more stars stand. Of the sheet only tiles that were
 * painted since the last frame are uploaded.
 * Not here: what is in the sheet (density.ts).
 */
import { bodyRadius } from "../../kernels/detail.ts";
import { type DensityField, WEIGHT } from "../density.ts";
import { fractions, type Palette } from "../palette.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec3 a_disc; // centre, half side in world units
layout(location = 1) in vec3 a_tile; // corner and side in the sheet, in texels
uniform vec3 u_camera;
uniform vec2 u_sheet;
out vec2 v_at;
${TO_CLIP_GLSL}
void main() {
  int corner = gl_VertexID & 3;
  vec2 side = vec2(corner & 1, corner >> 1);
  v_at = (a_tile.xy + side * a_tile.z) / u_sheet;
  gl_Position = toClip((a_disc.xy + (side * 2.0 - 1.0) * a_disc.z) * u_camera.x + u_camera.yz);
}`;

const FRAGMENT = `
in vec2 v_at;
uniform sampler2D u_stars;
uniform vec4 u_colour; // and how much of a pixel one star of full weight in a texel covers
out vec4 o_colour;
void main() {
  float stars = texture(u_stars, v_at).r * ${(255 / WEIGHT).toFixed(4)};
  // Stars that lie over each other cover less than the sum of them.
  float a = 1.0 - exp(-stars * u_colour.a);
  o_colour = vec4(u_colour.rgb * a, a);
}`;

const FLOATS = 6;
/** Of the load that most stars have; the texture does not know single ones. */
const USUAL_LOAD = 0.25;

export class DensityPass {
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly indices: WebGLBuffer;
  private readonly texture: WebGLTexture;
  private layout = -1;
  private versions: number[] = [];

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.vao = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    this.indices = gl.createBuffer();
    this.texture = gl.createTexture();
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

  draw(field: DensityField, view: FrameView, palette: Palette): void {
    if (field.tiles.length === 0) return;
    const { gl, program } = this;
    this.upload(field);
    program.bind();
    gl.bindVertexArray(this.vao);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(program.at("u_stars"), 0);
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform3f(program.at("u_camera"), view.k, view.x, view.y);
    gl.uniform2f(program.at("u_sheet"), field.sheet.width, field.sheet.height);
    gl.uniform4f(program.at("u_colour"), ...fractions(palette.online), coverage(field, view, palette));
    gl.drawElements(gl.TRIANGLES, field.tiles.length * 6, gl.UNSIGNED_INT, 0);
  }

  private upload(field: DensityField): void {
    const { gl } = this;
    const { width, height, bytes } = field.sheet;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    if (this.layout !== field.layoutVersion) {
      this.layout = field.layoutVersion;
      this.versions = field.tiles.map((tile) => tile.version);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, width, height, 0, gl.RED, gl.UNSIGNED_BYTE, bytes);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
      this.place(field);
    } else {
      gl.pixelStorei(gl.UNPACK_ROW_LENGTH, width);
      for (const [n, tile] of field.tiles.entries()) {
        if (this.versions[n] === tile.version) continue;
        this.versions[n] = tile.version;
        const { x, y, side } = tile;
        const rows = bytes.subarray(y * width + x);
        gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, side, side, gl.RED, gl.UNSIGNED_BYTE, rows);
      }
      gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
    }
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
  }

  private place(field: DensityField): void {
    const { gl } = this;
    const floats = new Float32Array(field.tiles.length * 4 * FLOATS);
    const indices = new Uint32Array(field.tiles.length * 6);
    for (const [n, tile] of field.tiles.entries()) {
      const half = tile.side / 2 / field.scale;
      const quad = [tile.disc.x, tile.disc.y, half, tile.x, tile.y, tile.side];
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
}

/** The ink of one star, as the star pass would draw it, over the pixels of one texel. */
function coverage(field: DensityField, view: FrameView, palette: Palette): number {
  const s = view.spacing;
  const t = Math.min(1, Math.max(0, (s - 0.4) / 1.6));
  const crowd = 0.4 + 0.6 * t * t * (3 - 2 * t);
  const alpha = (palette.alpha.idle + 0.3 * USUAL_LOAD) * crowd;
  const texel = s / field.scale;
  return (Math.PI * bodyRadius(USUAL_LOAD, s) ** 2 * alpha) / (texel * texel);
}
