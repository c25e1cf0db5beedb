/**
 * The colours of the map in both themes, as tokens and as the packed numbers that vertex buffers carry.
 * Hue belongs to exceptions and to work in flight; everything else is ink on a map.
 * Not here: the console's own surfaces, and any decision about who gets which colour.
 */
import type { SceneTheme } from "./api.ts";

export type Palette = {
  theme: SceneTheme;
  map: string;
  disc: string;
  text: string;
  text2: string;
  text3: string;
  ink: string;
  inkText: string;
  online: string;
  busy: string;
  degraded: string;
  critical: string;
  offline: string;
  activity: string;
  /** Comet heads and halos. */
  spark: string;
  glow: string;
  /** Faint lines: grid, outlines, links. */
  grid: string;
  link: string;
  alpha: {
    gridCircle: number;
    gridRay: number;
    outline: number;
    trunk: number;
    spoke: number;
    idle: number;
    glow: number;
  };
};

const DARK: Palette = {
  theme: "dark",
  map: "#090b0f",
  disc: "#0c0f14",
  text: "#e9edf3",
  text2: "#a7b1bf",
  text3: "#7f8a99",
  ink: "#f4f7fb",
  inkText: "#0c0f14",
  online: "#cfdcf0",
  busy: "#f4f7fb",
  degraded: "#f5b344",
  critical: "#f9605f",
  offline: "#7d8898",
  activity: "#5cc4f5",
  spark: "#e8f7ff",
  glow: "#bcd4ff",
  grid: "#c4d4f0",
  link: "#b9cbea",
  alpha: { gridCircle: 0.055, gridRay: 0.032, outline: 0.13, trunk: 0.2, spoke: 0.22, idle: 0.6, glow: 0.34 },
};

const LIGHT: Palette = {
  theme: "light",
  map: "#f5f6f8",
  disc: "#fbfcfd",
  text: "#0f141b",
  text2: "#475264",
  text3: "#626d7e",
  ink: "#12171f",
  inkText: "#ffffff",
  online: "#35507a",
  // Ink proper outshouts the exceptions on paper; this is ink with the stars' blue in it.
  busy: "#14284a",
  degraded: "#9a6200",
  critical: "#a50034",
  offline: "#7c8796",
  activity: "#066d9f",
  spark: "#066d9f",
  glow: "#35507a",
  grid: "#1b2a44",
  link: "#1d3357",
  alpha: { gridCircle: 0.07, gridRay: 0.045, outline: 0.16, trunk: 0.26, spoke: 0.22, idle: 0.72, glow: 0.14 },
};

export const paletteOf = (theme: SceneTheme): Palette => (theme === "light" ? LIGHT : DARK);

/** `#rrggbb` and an opacity as one number whose bytes in memory are r, g, b, a (straight, little endian). */
export function pack(hex: string, alpha = 1): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  const a = Math.round(Math.max(0, Math.min(1, alpha)) * 255);
  return (((a << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0) as number;
}

/** `#rrggbb` as fractions, for uniforms. */
export function fractions(hex: string): [number, number, number] {
  const rgb = Number.parseInt(hex.slice(1), 16);
  return [(rgb >> 16) / 255, ((rgb >> 8) & 255) / 255, (rgb & 255) / 255];
}
