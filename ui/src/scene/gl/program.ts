/**
 * Compiling and linking shaders, with the driver's words when it refuses.
 * Not here: any particular shader.
 */

export type Program = { bind(): void; at(name: string): WebGLUniformLocation | null };

export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`The map's shader does not link: ${gl.getProgramInfoLog(program) ?? ""}`);
  const cache = new Map<string, WebGLUniformLocation | null>();
  return {
    bind() {
      // biome-ignore lint/correctness/useHookAtTopLevel: a GL call, not a React hook
      gl.useProgram(program);
    },
    at(name) {
      let location = cache.get(name);
      if (location === undefined) {
        location = gl.getUniformLocation(program, name);
        cache.set(name, location);
      }
      return location;
    },
  };
}

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (shader === null) throw new Error("The map's shader could not be made.");
  gl.shaderSource(shader, `#version 300 es\nprecision highp float;\nprecision highp int;\n${source}`);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost())
    throw new Error(`The map's shader does not compile: ${gl.getShaderInfoLog(shader) ?? ""}`);
  return shader;
}

/** What every pass needs to know about the frame. */
export type FrameView = {
  /** Device pixels. */
  width: number;
  height: number;
  dpr: number;
  /** Camera in device pixels. */
  k: number;
  x: number;
  y: number;
  /** Spacing of stars in CSS pixels: the level of detail. */
  spacing: number;
  /** Texts snap to whole pixels. */
  still: boolean;
};

/** Pixel position to clip space; y grows downwards on the map. */
export const TO_CLIP_GLSL = `
uniform vec2 u_canvas;
vec4 toClip(vec2 px) { vec2 c = px / u_canvas * 2.0 - 1.0; return vec4(c.x, -c.y, 0.0, 1.0); }
`;
