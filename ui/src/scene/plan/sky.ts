/**
 * Everything a plan may look at: the model of the scene at one moment, plain data and no GL.
 * Not here: who changes it (scene/index.ts) and what is drawn from it (the other files of this folder).
 */
import type { Box, Camera, Point, Size } from "../../kernels/camera.ts";
import { reachOf, SMALL_FLEET } from "../../kernels/detail.ts";
import { type SceneWords, Status } from "../api.ts";
import type { Chart } from "../chart.ts";
import type { DensityField } from "../density.ts";
import type { TextStyle } from "../drawList.ts";
import type { Flights } from "../flights.ts";
import type { Motion } from "../motion.ts";
import type { Thrift } from "../pace.ts";
import type { Palette } from "../palette.ts";
import type { StarStore } from "../starStore.ts";
import type { LabelBoard } from "./labelBoard.ts";

export type Measure = (style: TextStyle, text: string) => number;

export type Sky = {
  now: number;
  view: Size;
  camera: Camera;
  /** The zoom of the fitted view; the background grid is sized by it. */
  fittedK: number;
  /** What the fitted view shows: the whole chart. */
  bounds: Box;
  palette: Palette;
  store: StarStore;
  chart: Chart;
  density: DensityField;
  /** How far the chart's discs, trunks and names have come into sight, 0 to 1; stars glide meanwhile. */
  unfold: number;
  /** The chart is only looked at. */
  draft: boolean;
  motion: Motion;
  flights: Flights;
  labels: LabelBoard;
  hover: number | null;
  focus: number | null;
  /** Screen points of the lasso being drawn. */
  lasso: readonly number[] | null;
  /** The camera moves: nothing may cost much, nothing snaps to pixels. */
  moving: boolean;
  /** What to leave out while moving. */
  thrift: Thrift;
  reduced: boolean;
  measure: Measure;
  words: SceneWords;
};

/** Until the console says words. */
export const BARE: SceneWords = { critical: String, degraded: String, offline: String, number: String };

export const isSmall = (sky: Sky): boolean => sky.store.present <= SMALL_FLEET;

export function starAt(sky: Sky, i: number): Point {
  const { k, x, y } = sky.camera;
  return { x: (sky.store.stars.x[i] ?? 0) * k + x, y: (sky.store.stars.y[i] ?? 0) * k + y };
}

export function reachAt(sky: Sky, i: number): number {
  const status = sky.store.statusOf(i);
  const abnormal = status === Status.Degraded || status === Status.Critical;
  return reachOf(sky.store.loadOf(i), sky.camera.k, status === Status.Offline, abnormal);
}

export const inView = (sky: Sky, p: Point, margin: number): boolean =>
  p.x > -margin && p.y > -margin && p.x < sky.view.width + margin && p.y < sky.view.height + margin;
