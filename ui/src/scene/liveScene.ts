/**
 * The scene behind api.ts: owns the model, the camera rig, the gestures and the surface, and decides when a frame
 * is needed. A frame is: step what moves, plan, execute, say what still moves.
 * Not here: what is drawn (plan/), how (gl/), what gestures mean (gestureTarget.ts).
 */
import { clamp, project, type Size } from "../kernels/camera.ts";
import { levelOf } from "../kernels/detail.ts";
import { curveLength } from "../kernels/trunk.ts";
import {
  type Scene,
  type SceneGroup,
  type SceneOptions,
  type SceneStars,
  type SceneTheme,
  type SceneWords,
  Status,
} from "./api.ts";
import { Chart } from "./chart.ts";
import { DensityField } from "./density.ts";
import { DrawList } from "./drawList.ts";
import { fitAll, fitGroup, starSpacing } from "./fitting.ts";
import { Flights, type Outcome, type Routes } from "./flights.ts";
import { Gestures } from "./gestures.ts";
import { gestureTarget } from "./gestureTarget.ts";
import { Glide } from "./glide.ts";
import { Motion } from "./motion.ts";
import { Pace } from "./pace.ts";
import { paletteOf } from "./palette.ts";
import { nextStar } from "./picking.ts";
import { plan } from "./plan/index.ts";
import { LabelBoard } from "./plan/labelBoard.ts";
import { BARE, type Sky } from "./plan/sky.ts";
import { Rig } from "./rig.ts";
import { StarStore } from "./starStore.ts";
import { Surface } from "./surface.ts";
import { Ticker } from "./ticker.ts";

/** The camera rests when nothing moved it for this long. */
const REST_MS = 140;

export class LiveScene implements Scene {
  private readonly sky: Sky;
  private readonly rig = new Rig();
  private headroom = 0;
  private readonly pace = new Pace();
  private readonly list = new DrawList();
  private readonly glide = new Glide();
  private readonly surface: Surface;
  private readonly ticker: Ticker;
  private readonly gestures: Gestures;
  private readonly routes: Routes;
  private movedAt = -Infinity;
  private toldRest = true;
  private lastScriptMs = 0;
  private everHadStars = false;
  private probing = false;
  /** The camera was moved since the last frame. */
  private stirred = false;

  constructor(private readonly options: SceneOptions) {
    this.sky = this.emptySky();
    this.setReducedMotion(options.reducedMotion);
    this.routes = {
      curve: (i) => this.sky.chart.spoke(this.sky.store, i),
      millis: (curve) => 700 + 500 * clamp(curveLength(curve) / 60, 0, 1),
    };
    this.ticker = new Ticker((now) => this.frame(now));
    this.surface = new Surface(options.canvas, {
      resized: (view) => this.resized(view),
      shown: (on) => this.ticker.pause(!on),
      redraw: () => {
        this.sky.labels.refont();
        this.ticker.request();
      },
      unavailable: (reason) => queueMicrotask(() => options.onPointer({ kind: "unavailable", reason })),
    });
    this.gestures = new Gestures(options.canvas, this.makeTarget());
    this.surface.measureCanvas();
    this.ticker.request();
  }

  setStars(stars: SceneStars, glide = false): void {
    const { store, motion, density } = this.sky;
    motion.finish(store);
    // A star that comes while others glide must not make them jump.
    const from = (glide || this.glide.active) && !this.sky.reduced && this.everHadStars ? Glide.remember(store) : null;
    store.replace(stars);
    density.touchAll();
    if (from === null) this.glide.finish(store);
    else this.glide.begin(store, from, performance.now());
    this.sky.unfold = this.glide.progress;
    const first = !this.everHadStars;
    for (let i = 0; i < Math.max(stars.count, store.capacity); i++) this.readStar(i, !first);
    this.refit(!first);
    this.everHadStars ||= stars.count > 0;
  }
  setGroups(groups: readonly SceneGroup[]): void {
    const { version } = this.sky.chart;
    this.sky.chart.set(groups);
    if (version !== this.sky.chart.version) this.refit(version > 0 && this.everHadStars);
    this.changed();
  }
  setHeadroom(px: number): void {
    if (px === this.headroom) return;
    this.headroom = px;
    this.refit(true);
  }
  setDraft(on: boolean): void {
    if (on === this.sky.draft) return;
    this.sky.draft = on;
    this.refit(true);
  }
  touch(ordinals: Iterable<number>): void {
    const before = this.sky.store.present;
    for (const i of ordinals) this.readStar(i, true);
    if (this.sky.store.present !== before) this.refit(this.everHadStars);
    this.changed();
  }
  setSelection(selected: ReadonlySet<number>, focus: number | null): void {
    this.sky.store.setSelected(selected);
    this.sky.focus = focus;
    this.changed();
  }
  setFilter(visible: ReadonlySet<number> | null): void {
    this.sky.store.setFilter(visible);
    this.sky.density.touchAll();
    this.changed();
  }
  setTheme(theme: SceneTheme): void {
    this.sky.palette = paletteOf(theme);
    this.changed();
  }
  setWords(words: SceneWords): void {
    this.sky.words = words;
    this.sky.labels.refont();
    this.ticker?.request();
  }
  setReducedMotion(on: boolean): void {
    const { motion, flights, store } = this.sky;
    this.sky.reduced = on;
    this.rig.reduced = on;
    motion.reduced = on;
    flights.still = on;
    if (!on) return;
    motion.finish(store);
    this.glide.finish(store);
    this.sky.unfold = 1;
    flights.ground();
    this.changed();
  }
  setLasso(on: boolean): void {
    this.gestures.lasso = on;
    if (!on) this.gestures.giveUpLasso();
    this.gestures.setCursor(this.sky.hover !== null);
  }

  connected(ordinal: number): void {
    this.sky.motion.connected(ordinal, this.groupOf(ordinal), performance.now());
    this.ticker.request();
  }
  disconnected(ordinal: number): void {
    // The drain is the star's own change of status; read it now in case `touch` comes later.
    this.touch([ordinal]);
  }
  workStarted(ordinal: number, key: string): void {
    this.sky.flights.start(ordinal, this.groupOf(ordinal), key, performance.now());
    this.ticker.request();
  }
  workEnded(ordinal: number, key: string, outcome: Outcome): void {
    this.sky.flights.end(ordinal, key, outcome, performance.now(), this.routes);
    this.ticker.request();
  }

  forgetWork(): void {
    this.sky.flights.forget();
    this.changed();
  }

  fit(): void {
    this.rig.fit(performance.now());
    this.moved();
  }
  zoomBy(factor: number): void {
    const { width, height } = this.rig.view;
    this.rig.glideAt(width / 2, height / 2, factor, performance.now());
    this.moved();
  }
  panBy(dx: number, dy: number): void {
    this.rig.panBy(-dx, -dy);
    this.moved();
  }
  flyTo(ordinal: number): void {
    const { store, camera } = this.sky;
    if (!store.isThere(ordinal)) return;
    const { x, y } = store.given;
    this.rig.flyTo(x[ordinal] ?? 0, y[ordinal] ?? 0, starSpacing(camera.k), performance.now());
    this.moved();
  }
  flyToGroup(group: number): void {
    const fit = fitGroup(this.sky.chart, group, this.rig.view);
    if (fit === null) {
      this.fit();
      return;
    }
    this.rig.flyToBox(fit.box, fit.insets, fit.maxK, performance.now());
    this.moved();
  }
  neighbour(from: number | null, dx: number, dy: number): number | null {
    return nextStar(this.sky, from, dx, dy);
  }
  project(ordinal: number): { x: number; y: number } {
    const { x, y } = this.sky.store.stars;
    return project(this.rig.camera, x[ordinal] ?? 0, y[ordinal] ?? 0);
  }
  stats(): { frames: number; lastScriptMs: number; levelOfDetail: 0 | 1 | 2 | 3 } {
    const levelOfDetail = levelOf(this.rig.camera.k);
    return { frames: this.ticker.frames, lastScriptMs: this.lastScriptMs, levelOfDetail };
  }
  destroy(): void {
    this.ticker.destroy();
    this.gestures.destroy();
    this.surface.destroy();
  }

  private frame(now: number): void {
    const began = performance.now();
    const { sky, rig, ticker } = this;
    rig.step(now);
    // On a slow machine the frame comes long after the gesture that asked for it; it is still a frame in motion.
    if (rig.moving || this.stirred) this.movedAt = began;
    this.stirred = false;
    sky.now = now;
    sky.camera = rig.camera;
    sky.fittedK = rig.fitted.k;
    sky.moving = began - this.movedAt < REST_MS || this.glide.active;
    sky.thrift = this.pace.thrift;
    this.stepGlide(now);
    sky.motion.step(sky.store, now);
    for (const landing of sky.flights.step(now, this.routes))
      if (landing.outcome !== "ok")
        sky.motion.arrived(landing.ordinal, this.groupOf(landing.ordinal), landing.outcome, now);
    plan(sky, this.list);
    this.surface.draw(this.list, sky);
    ticker.keep("camera", rig.moving);
    ticker.keep("motion", sky.motion.active || this.glide.active);
    ticker.keep("flights", sky.flights.active && !(sky.moving && sky.thrift >= 2));
    if (!this.probing && (sky.moving || sky.motion.active)) this.probe(now);
    const rest = sky.moving ? this.movedAt + REST_MS + 1 : Infinity;
    ticker.wakeAt(Math.min(rest, sky.labels.dueAt(), sky.flights.nextAt()));
    this.tellCamera();
    this.lastScriptMs = performance.now() - began;
  }

  /** Names are laid out anew when everybody has arrived: what they may cover stands elsewhere now. */
  private stepGlide(now: number): void {
    if (!this.glide.active) return;
    this.glide.step(this.sky.store, now);
    this.sky.unfold = this.glide.progress;
    if (!this.glide.active) this.sky.labels.refont();
  }

  /** Watches how fast animation frames come while something moves; draws nothing itself. */
  private probe(now: number): void {
    this.probing = true;
    requestAnimationFrame((next) => {
      this.pace.sample(next - now);
      this.probing = false;
      const { sky } = this;
      if (sky.moving && performance.now() - this.movedAt < REST_MS) this.probe(next);
    });
  }

  private tellCamera(): void {
    const atRest = !this.sky.moving;
    if (atRest && this.toldRest) return;
    this.toldRest = atRest;
    this.options.onPointer({ kind: "camera", zoom: this.rig.zoom, atRest });
  }

  private readStar(i: number, animate: boolean): void {
    const { store, motion } = this.sky;
    const from = store.read(i);
    if (from !== null) this.sky.density.touch(i);
    if (from !== null && animate && store.statusOf(i) !== Status.Absent)
      motion.changed(store, i, from, performance.now());
  }

  /** `grew`: the sky changed before the user's eyes, so the camera flies instead of jumping. */
  private refit(grew: boolean): void {
    const fit = fitAll(this.sky.chart, this.sky.store, this.rig.view, this.headroom);
    this.sky.bounds = fit.box;
    const { camera } = this.rig;
    this.rig.setFit(fit.box, fit.insets, fit.maxK, grew ? performance.now() : null);
    if (camera !== this.rig.camera || this.rig.moving) this.toldRest = false;
    this.changed();
  }
  private resized(view: Size): void {
    this.sky.view = view;
    this.rig.resize(view);
    this.refit(false);
  }
  /** Something that labels may show changed. */
  private changed(): void {
    this.sky.labels.invalidate();
    this.ticker?.request();
  }
  private moved(): void {
    this.stirred = true;
    this.toldRest = false;
    this.ticker.request();
  }
  private groupOf(ordinal: number): number {
    return this.sky.store.stars.group[ordinal] ?? 0;
  }

  private makeTarget(): ReturnType<typeof gestureTarget> {
    return gestureTarget({
      sky: this.sky,
      rig: this.rig,
      tell: (event) => this.options.onPointer(event),
      cursor: (overStar) => this.gestures.setCursor(overStar),
      moved: () => this.moved(),
      redraw: () => this.ticker.request(),
      holding: () => this.ticker.request(),
      flyTo: (ordinal) => this.flyTo(ordinal),
      flyToGroup: (group) => this.flyToGroup(group),
    });
  }

  private emptySky(): Sky {
    return {
      now: 0,
      view: { width: 1, height: 1 },
      camera: this.rig.camera,
      fittedK: 10,
      bounds: { x0: -1, y0: -1, x1: 1, y1: 1 },
      palette: paletteOf(this.options.theme),
      store: new StarStore(),
      chart: new Chart(),
      density: new DensityField(),
      unfold: 1,
      draft: false,
      motion: new Motion(),
      flights: new Flights(),
      labels: new LabelBoard(),
      hover: null,
      focus: null,
      lasso: null,
      moving: false,
      thrift: 0,
      reduced: this.options.reducedMotion,
      measure: (style, text) => this.surface.measure(style, text),
      words: BARE,
    };
  }
}
