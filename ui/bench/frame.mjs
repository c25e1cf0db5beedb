/**
 * Measures what a frame of the Galaxy Map costs in script (plan + execute) while panning with 1 % of the nodes
 * changing every second, beside an empty frame (clear only) of the same run, in headless Chromium with software GL.
 * Then plays thousands of ticks of change and looks whether the heap grows, and whether anything is drawn at idle; fails if so.
 * The canvas is 64x40 px so that rasterising does not leak into the figures. Prints JSON.
 * Usage: node ui/bench/frame.mjs [seconds per row]      Environment: CHROMIUM, the browser's path.
 */
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const MOST_GROWTH_MB = 0.5;
const seconds = Number(process.argv[2] ?? 6);
const server = await createServer({
  root,
  configFile: false,
  cacheDir: join(tmpdir(), "nexus-frame-bench"),
  logLevel: "error",
  optimizeDeps: { entries: ["bench/index.html"] },
  server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
});
await server.listen();
const { port } = server.httpServer.address();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});

/** 10,000 nodes, 1 % changed in each of many ticks: the heap after collection, in MB, must not go on growing. */
async function soaked() {
  const page = await browser.newPage({ viewport: { width: 640, height: 400 } });
  await page.goto(`http://127.0.0.1:${port}/bench/index.html`);
  await page.waitForFunction(() => "soak" in window);
  const devtools = await page.context().newCDPSession(page);
  const used = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize = 0 } = await devtools.send("Runtime.getHeapUsage");
    return (usedSize + backingStorageSize) / 1e6;
  };
  const ticks = 600;
  const marks = [];
  for (let n = 0; n < 6; n++) {
    await page.evaluate((t) => window.soak(10_000, t), ticks);
    marks.push(Number((await used()).toFixed(2)));
  }
  const idleFrames = await page.evaluate(() => window.idle());
  await page.close();
  // The first rounds fill pools and caches; what grows after them grows for ever.
  const growth = Math.max(...marks.slice(3)) - Math.max(...marks.slice(0, 3));
  const grows = growth > MOST_GROWTH_MB;
  if (grows || idleFrames > 0) process.exitCode = 1;
  return { nodes: 10_000, ticksPerMark: ticks, heapMb: marks, growthMb: Number(growth.toFixed(2)), grows, idleFrames };
}

try {
  const rows = [];
  for (const nodes of [1000, 10_000, 100_000]) {
    const page = await browser.newPage({ viewport: { width: 640, height: 400 } });
    page.on("pageerror", (error) => console.error(error.message));
    await page.goto(`http://127.0.0.1:${port}/bench/index.html`);
    await page.waitForFunction(() => "bench" in window);
    rows.push(await page.evaluate(([n, s]) => window.bench(n, s), [nodes, seconds]));
    await page.close();
  }
  const heap = await soaked();
  const report = { browser: browser.version(), canvas: "64x40", churn: "1 % of nodes a second at 10 Hz", rows, heap };
  console.log(JSON.stringify(report, null, 2));
} finally {
  await browser.close();
  await server.close();
}
