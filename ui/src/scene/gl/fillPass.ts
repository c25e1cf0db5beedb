/**
 * Fills a loop of points with one colour by the even-odd rule, through the stencil buffer: exact for any loop a
 * hand can draw, also one that crosses itself.
 * Not here: the loop's outline (ribbonPass.ts).
 */
import { fractions } from "../palette.ts";
import { type FrameView, link, type Program, TO_CLIP_GLSL } from "./program.ts";

const VERTEX = `
layout(location = 0) in vec2 a_position;
uniform float u_dpr;
${TO_CLIP_GLSL}
void main() { gl_Position = toClip(a_position * u_dpr); }`;

const FRAGMENT = `
uniform vec4 u_colour;
out vec4 o_colour;
void main() { o_colour = vec4(u_colour.rgb * u_colour.a, u_colour.a); }`;

export class FillPass {
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.vao = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 8, 0);
    gl.bindVertexArray(null);
  }

  draw(view: FrameView, loop: readonly number[], colour: string, alpha: number): void {
    const { gl, program } = this;
    program.bind();
    gl.uniform2f(program.at("u_canvas"), view.width, view.height);
    gl.uniform1f(program.at("u_dpr"), view.dpr);
    gl.uniform4f(program.at("u_colour"), ...fractions(colour), alpha);
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(loop), gl.STREAM_DRAW);
    gl.enable(gl.STENCIL_TEST);
    gl.clear(gl.STENCIL_BUFFER_BIT);
    // First every triangle of a fan flips the bit of what it covers …
    gl.colorMask(false, false, false, false);
    gl.stencilFunc(gl.ALWAYS, 0, 1);
    gl.stencilOp(gl.KEEP, gl.KEEP, gl.INVERT);
    gl.drawArrays(gl.TRIANGLE_FAN, 0, loop.length / 2);
    // … then what was flipped an odd number of times is painted, once.
    gl.colorMask(true, true, true, true);
    gl.stencilFunc(gl.NOTEQUAL, 0, 1);
    gl.stencilOp(gl.KEEP, gl.KEEP, gl.ZERO);
    gl.drawArrays(gl.TRIANGLE_FAN, 0, loop.length / 2);
    gl.disable(gl.STENCIL_TEST);
  }
}
