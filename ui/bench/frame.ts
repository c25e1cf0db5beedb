/**
 * The page behind frame.mjs: `window.bench(nodes, seconds)` pans the scene with real pointer events, changes 1 % of
 * the nodes a second at 10 Hz, and reads the scene's own script time of every frame.
 * `window.soak(nodes, ticks)` plays changes without end, for the heap. Not here: the browser and the report.
 */
import type { Scene } from "../src/scene/api.ts";
import { createScene } from "../src/scene/index.ts";
import { type Fleet, fleetOf, random } from "../tests/scene/fixture.ts";

const nextFrame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const round = (v: number): number => Math.round(v * 1000) / 1000;

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0);
}

function freshCanvas(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  document.body.replaceChildren(canvas);
  return canvas;
}

/** Script time of frames that only clear, with the same context attributes. */
async function emptyFrames(seconds: number): Promise<number[]> {
  const canvas = freshCanvas();
  canvas.width = 64;
  canvas.height = 40;
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: true });
  if (gl === null) throw new Error("no WebGL2");
  const times: number[] = [];
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    await nextFrame();
    const began = performance.now();
    gl.clearColor(Math.random(), 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    times.push(performance.now() - began);
  }
  return times;
}

/** Ten times a second: new loads for a tenth of a percent of the nodes, a few of them with another status. */
function churn(scene: Scene, fleet: Fleet): () => void {
  const roll = random(9);
  const { stars } = fleet;
  const share = Math.max(1, Math.round(stars.count / 1000));
  const timer = setInterval(() => {
    const touched: number[] = [];
    for (let n = 0; n < share; n++) {
      const i = Math.floor(roll() * stars.count);
      stars.cpu[i] = roll();
      if (n % 10 === 0) stars.status[i] = 1 + Math.floor(roll() * 4);
      touched.push(i);
    }
    scene.touch(touched);
  }, 100);
  return () => clearInterval(timer);
}

async function panning(scene: Scene, canvas: HTMLCanvasElement, seconds: number): Promise<number[]> {
  const point = (type: string, x: number, y: number): boolean =>
    canvas.dispatchEvent(
      new PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, pointerType: "mouse", button: 0 }),
    );
  const times: number[] = [];
  point("pointerdown", 32, 20);
  let seen = scene.stats().frames;
  for (const start = performance.now(); performance.now() - start < seconds * 1000; ) {
    const t = (performance.now() - start) / 1000;
    point("pointermove", 32 + 14 * Math.sin(t * 2), 20 + 9 * Math.cos(t * 1.7));
    await nextFrame();
    await sleep(0);
    const { frames, lastScriptMs } = scene.stats();
    if (frames !== seen) times.push(lastScriptMs);
    seen = frames;
  }
  point("pointerup", 32, 20);
  return times;
}

async function bench(nodes: number, seconds: number): Promise<Record<string, number>> {
  const empty = await emptyFrames(Math.min(2, seconds));
  const canvas = freshCanvas();
  const fleet = fleetOf(nodes);
  const scene = createScene({ canvas, theme: "dark", reducedMotion: false, onPointer: () => undefined });
  const loading = performance.now();
  scene.setStars(fleet.stars);
  scene.setGroups(fleet.groups);
  await nextFrame();
  await nextFrame();
  const loadMs = performance.now() - loading;
  const stop = churn(scene, fleet);
  await panning(scene, canvas, 1);
  const times = await panning(scene, canvas, seconds);
  stop();
  await sleep(1500);
  const before = scene.stats().frames;
  await sleep(1000);
  const idleFrames = scene.stats().frames - before;
  scene.destroy();
  return {
    nodes,
    frames: times.length,
    frameScriptMsMedian: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    emptyFrameMsMedian: quantile(empty, 0.5),
    emptyP95: quantile(empty, 0.95),
    loadToSecondFrameMs: round(loadMs),
    idleFrames,
  };
}

/**
 * A day in short: so many ticks of 1 % changed nodes, each drawn, with states that come and go, work that starts and
 * ends, selections and filters. The caller measures the heap between calls; nothing may stay behind.
 */
type Soak = { scene: Scene; fleet: Fleet; roll: () => number; ticks: number };
let soaking: Soak | null = null;

async function soak(nodes: number, ticks: number): Promise<{ ticks: number; frames: number }> {
  if (soaking === null) {
    const fleet = fleetOf(nodes);
    const scene = createScene({
      canvas: freshCanvas(),
      theme: "dark",
      reducedMotion: false,
      onPointer: () => undefined,
    });
    scene.setStars(fleet.stars);
    scene.setGroups(fleet.groups);
    soaking = { scene, fleet, roll: random(17), ticks: 0 };
  }
  const began = soaking.scene.stats().frames;
  for (let n = 0; n < ticks; n++) {
    tick(soaking);
    await nextFrame();
  }
  return { ticks: soaking.ticks, frames: soaking.scene.stats().frames - began };
}

function tick(soak: Soak): void {
  const { scene, fleet, roll } = soak;
  const { stars } = fleet;
  const touched: number[] = [];
  for (let n = 0; n < stars.count / 100; n++) {
    const i = Math.floor(roll() * stars.count);
    stars.cpu[i] = roll();
    stars.memory[i] = roll();
    if (n % 5 === 0) stars.status[i] = 1 + Math.floor(roll() * 5);
    touched.push(i);
  }
  scene.touch(touched);
  const at = soak.ticks++;
  scene.workStarted(touched[0] ?? 0, `w${at}`);
  if (at >= 20) scene.workEnded(touched[1] ?? 0, `w${at - 20}`, at % 3 === 0 ? "failed" : "ok");
  if (at % 10 === 0) scene.connected(touched[2] ?? 0);
  if (at % 50 === 0) scene.setSelection(new Set(touched), touched[0] ?? null);
  if (at % 90 === 0) scene.setFilter(at % 180 === 0 ? new Set(touched) : null);
  if (at % 150 === 0) scene.setGroups(fleet.groups.map((group) => ({ ...group })));
}

/** Frames of a second in which nothing happens. */
async function idle(): Promise<number> {
  if (soaking === null) return 0;
  soaking.scene.setFilter(null);
  for (let n = 0; n <= 20; n++) soaking.scene.workEnded(0, `w${soaking.ticks - 1 - n}`, "ok");
  await sleep(4000);
  const before = soaking.scene.stats().frames;
  await sleep(1000);
  return soaking.scene.stats().frames - before;
}

Object.assign(window, { bench, soak, idle });
