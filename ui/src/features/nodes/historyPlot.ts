/**
 * The curves of a node's history, drawn by uPlot: CPU and memory above, tasks below, one cursor for both. Loaded only when
 * somebody looks (see `loadPlot`), because the library asks Intl for the system's locale while it is loaded, and minimal
 * systems call theirs "C", which Intl refuses.
 * Not here: words, ranges, the table (MetricHistory.tsx).
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { NodeHistoryView } from "../../bridge/types";
import { clockTime } from "../../components/format";

export type PlotOptions = {
  view: NodeHistoryView;
  fromMs: number;
  toMs: number;
  /** A moment to mark. */
  markMs: number | null;
  /** The sample under the pointer, or null. */
  onHover(index: number | null): void;
  /** Somebody pressed on a moment. */
  onPress(atMs: number): void;
};
type Colours = Record<"cpu" | "memory" | "tasks" | "grid" | "text" | "away" | "unknown" | "degraded" | "ink", string>;

const TOP = 118;
const FOOT = 64;
const LEFT = 34;
const FONT = '11px "Geist Variable", sans-serif';

/** Draws into the holder; the returned function takes it away again. */
export function drawPlot(holder: HTMLElement, options: PlotOptions): () => void {
  const colours = coloursOf(holder);
  const { view } = options;
  const x = view.atMs.map((at) => at / 1000);
  const load = loadOptions(holder, options, colours);
  const loads = new uPlot(load, [x, gaps(view, view.memory, 100), gaps(view, view.cpu, 100)], holder);
  const tasks = new uPlot(taskOptions(holder, options, colours), [x, gaps(view, view.tasks, 1)], holder);
  for (const plot of [loads, tasks])
    plot.over.addEventListener("click", () => {
      const { idx } = plot.cursor;
      const at = idx === null || idx === undefined ? undefined : view.atMs[idx];
      if (at !== undefined) options.onPress(at);
    });
  const fit = new ResizeObserver(() => {
    const width = widthOf(holder);
    if (width === loads.width) return;
    loads.setSize({ width, height: TOP });
    tasks.setSize({ width, height: FOOT });
  });
  fit.observe(holder);
  return () => {
    fit.disconnect();
    loads.destroy();
    tasks.destroy();
  };
}

function loadOptions(holder: HTMLElement, options: PlotOptions, colours: Colours): uPlot.Options {
  const shared = sharedOptions(holder, options, colours);
  const percent: uPlot.Axis.Values = (_, splits) => splits.map((value) => (value === 0 ? "" : `${value} %`));
  return {
    ...shared,
    height: TOP,
    hooks: { ...shared.hooks, setCursor: [(plot) => options.onHover(plot.cursor.idx ?? null)] },
    scales: { ...shared.scales, y: { range: [0, 100] } },
    axes: [{ ...hours(colours), show: false }, axis(colours, percent, [0, 50, 100])],
    series: [{}, line(colours.memory, 1.2), line(colours.cpu, 1.5)],
  };
}

function taskOptions(holder: HTMLElement, options: PlotOptions, colours: Colours): uPlot.Options {
  const shared = sharedOptions(holder, options, colours);
  const most = Math.max(4, ...options.view.tasks);
  return {
    ...shared,
    height: FOOT,
    scales: { ...shared.scales, y: { range: [0, most] } },
    axes: [hours(colours), axis(colours, (_, splits) => splits.map(String), [0, most])],
    series: [{}, { ...line(colours.tasks, 1), fill: colours.tasks, paths: stepped() }],
  };
}

function sharedOptions(holder: HTMLElement, options: PlotOptions, colours: Colours): Omit<uPlot.Options, "series"> {
  const { view, fromMs, toMs } = options;
  return {
    width: widthOf(holder),
    height: TOP,
    legend: { show: false },
    padding: [6, 4, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: `${view.fromMs}` }, points: { size: 5 } },
    scales: { x: { time: true, range: [fromMs / 1000, toMs / 1000] } },
    hooks: { drawClear: [(plot) => shade(plot, options, colours)] },
  };
}

function axis(colours: Colours, values: uPlot.Axis.Values, splits: number[]): uPlot.Axis {
  return {
    size: LEFT,
    gap: 4,
    stroke: colours.text,
    font: FONT,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    values,
    splits: () => splits,
  };
}

function hours(colours: Colours): uPlot.Axis {
  return {
    size: 18,
    gap: 2,
    stroke: colours.text,
    font: FONT,
    grid: { show: false },
    ticks: { show: false },
    space: 62,
    values: (_, splits) => splits.map((at) => clockTime(at * 1000)),
  };
}

function widthOf(holder: HTMLElement): number {
  return Math.max(120, holder.clientWidth);
}

/** Where nothing was measured there is no line. */
function gaps(view: NodeHistoryView, values: readonly number[], scale: number): (number | null)[] {
  return values.map((value, i) => {
    const [at, next] = [view.atMs[i] ?? 0, view.atMs[i + 1]];
    const isAway = view.states[i] === 0 || view.states[i] === 4;
    const endsHere = next !== undefined && next - at > 11 * 60_000;
    return isAway || endsHere ? null : value * scale;
  });
}

function line(stroke: string, width: number): uPlot.Series {
  return { stroke, width, points: { show: false }, spanGaps: false };
}

function stepped(): uPlot.Series.PathBuilder {
  return uPlot.paths.stepped?.({ align: 1 }) ?? (() => null);
}

/** Under the curves: when it was away, ill, or nobody looked; and the moment that is marked. */
function shade(plot: uPlot, { view, markMs, fromMs, toMs }: PlotOptions, colours: Colours): void {
  const { ctx, bbox } = plot;
  const place = (at: number) => plot.valToPos(Math.min(toMs, Math.max(fromMs, at)) / 1000, "x", true);
  ctx.save();
  for (const span of view.spans) {
    if (span.toMs <= fromMs || span.fromMs >= toMs) continue;
    const [left, right] = [place(span.fromMs), place(span.toMs)];
    ctx.fillStyle =
      span.state === "unknown" || span.state === "absent"
        ? colours.unknown
        : span.state === "degraded" || span.state === "suspect"
          ? colours.degraded
          : colours.away;
    // Some seconds among a day must still be seen.
    ctx.fillRect(left, bbox.top, Math.max(1.5, right - left), bbox.height);
  }
  if (markMs !== null && markMs >= fromMs && markMs <= toMs) {
    ctx.fillStyle = colours.ink;
    ctx.fillRect(place(markMs) - 1, bbox.top, 2, bbox.height);
  }
  ctx.restore();
}

/** Tokens hold both themes; what a canvas needs is the one that is shown. */
function coloursOf(holder: HTMLElement): Colours {
  const probe = document.createElement("span");
  holder.append(probe);
  const read = (value: string) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const colours: Colours = {
    cpu: read("var(--text-1)"),
    memory: read("var(--activity)"),
    tasks: read("color-mix(in srgb, var(--online) 45%, transparent)"),
    grid: read("var(--line)"),
    text: read("var(--text-3)"),
    away: read("color-mix(in srgb, var(--offline) 34%, transparent)"),
    degraded: read("color-mix(in srgb, var(--degraded) 16%, transparent)"),
    unknown: read("var(--surface-4)"),
    ink: read("var(--ink)"),
  };
  probe.remove();
  return colours;
}
