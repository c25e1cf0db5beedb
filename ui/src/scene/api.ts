/**
 * The face of the Galaxy Map's scene: typed arrays in, typed pointer events out.
 * The scene knows neither React, nor stores, nor jobs; it draws on demand and costs nothing when idle.
 */

/** What a star shows. The value is the byte in `SceneStars.status`. */
export const Status = { Absent: 0, Online: 1, Busy: 2, Degraded: 3, Offline: 4, Critical: 5 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/**
 * Live views on the fleet, owned by the caller; index = ordinal. Arrays may be longer than `count`.
 * The caller changes them in place and then calls `scene.touch(…)`; when it had to grow them it calls `scene.setStars`.
 */
export type SceneStars = {
  count: number;
  /** World units. */
  x: Float32Array;
  y: Float32Array;
  /** Fractions 0..1. */
  cpu: Float32Array;
  memory: Float32Array;
  tasks: Uint16Array;
  status: Uint8Array;
  group: Uint16Array;
  /** Asked only for the few stars that get a label. */
  label(ordinal: number): { name: string; facts: string; address: string };
};

export type SceneGroup = {
  index: number;
  label: string;
  count: number;
  degraded: number;
  offline: number;
  critical: number;
  discs: readonly { x: number; y: number; r: number }[];
};

/** What the scene writes by itself, in the operator's language. */
export type SceneWords = {
  critical(count: number): string;
  degraded(count: number): string;
  offline(count: number): string;
  number(value: number): string;
};

export type SceneTheme = "dark" | "light";

export type ScenePointer =
  /** Pointer moved on or off a star (null: off). */
  | { kind: "hover"; ordinal: number | null }
  /** A click or tap; `additive` with Shift or Ctrl/Cmd. ordinal null: empty sky. */
  | { kind: "pick"; ordinal: number | null; additive: boolean }
  | { kind: "pickGroup"; group: number }
  | { kind: "lasso"; ordinals: number[]; additive: boolean }
  /** The camera moved or came to rest; `zoom` is relative to the fitted view. */
  | { kind: "camera"; zoom: number; atRest: boolean }
  /** Canvas lost WebGL2 or never had it: show the table. */
  | { kind: "unavailable"; reason: string };

/** Reasons that have words; any other one is the driver's own. */
export const NO_WEBGL2 = "no-webgl2";
export const CONTEXT_LOST = "context-lost";

export type SceneOptions = {
  canvas: HTMLCanvasElement;
  theme: SceneTheme;
  reducedMotion: boolean;
  onPointer(event: ScenePointer): void;
};

export type Scene = {
  /** `glide`: they are the same stars in another chart, so they travel to their places instead of jumping. */
  setStars(stars: SceneStars, glide?: boolean): void;
  setGroups(groups: readonly SceneGroup[]): void;
  /** The chart is one that somebody looks at before it is everybody's. */
  setDraft(on: boolean): void;
  /** Status, load or tasks of these stars changed. */
  touch(ordinals: Iterable<number>): void;
  /** Multi-selection and the one focused star (the open drawer, keyboard focus), or null. */
  setSelection(selected: ReadonlySet<number>, focus: number | null): void;
  /** Stars outside the set are dimmed; null: no filter. */
  setFilter(visible: ReadonlySet<number> | null): void;
  setTheme(theme: SceneTheme): void;
  setWords(words: SceneWords): void;
  /** What hangs over the bars at the top, in CSS pixels: the fitted view begins below it. */
  setHeadroom(px: number): void;
  setReducedMotion(on: boolean): void;
  /** Lasso mode: dragging draws a lasso instead of panning. */
  setLasso(on: boolean): void;
  /** Motion that answers events. */
  connected(ordinal: number): void;
  disconnected(ordinal: number): void;
  /** Work in flight: comets run from the core to the star until `workEnded`; the outcome tints the last one. */
  workStarted(ordinal: number, key: string): void;
  workEnded(ordinal: number, key: string, outcome: "ok" | "failed" | "unknown"): void;
  /** Nothing is in flight any more, and nothing lands: another time is shown. */
  forgetWork(): void;
  fit(): void;
  zoomBy(factor: number): void;
  /** Moves the view over the map by so many CSS pixels. */
  panBy(dx: number, dy: number): void;
  flyTo(ordinal: number): void;
  flyToGroup(group: number): void;
  /** The nearest star in a direction from `from` (or from the centre), for arrow keys. */
  neighbour(from: number | null, dx: number, dy: number): number | null;
  /** Screen position (CSS px relative to the canvas) of a star, for tests and overlays. */
  project(ordinal: number): { x: number; y: number };
  /** Script cost of the last frames, for the benchmark. */
  stats(): { frames: number; lastScriptMs: number; levelOfDetail: 0 | 1 | 2 | 3 };
  destroy(): void;
};
export type CreateScene = (options: SceneOptions) => Scene;
