/**
 * What a simulated host answers when it is asked about its day, with the refusals of the real one.
 * Not here: the day itself (day.ts).
 */
import type { BucketView, NodeHistoryView, NodeView, SpanView, TimelineView } from "../types";
import { Code, chance, daylight, HOUR, MINUTE, type SimulatedDay } from "./day";
import { refusal } from "./executions";
import type { TimeBridge } from "./parts";

const WEEK = 168 * HOUR;
const AHEAD = 2 * MINUTE;

export function timeOf(day: SimulatedDay): TimeBridge {
  return {
    timeline: async (from, to, buckets) => timeline(day, from, to, buckets),
    fleetAt: async (at) => {
      const now = Date.now();
      if (!(at >= now - WEEK && at <= now + AHEAD))
        throw refusal("invalid", "The time must lie within the last seven days; what is to come is not known.");
      const known = day.isKnown(at);
      const there = day
        .nodes()
        .map((node) => ({ node, reading: day.reading(node, at) }))
        .filter(({ reading }) => known && reading.state !== Code.Absent);
      return {
        atMs: at,
        sampledMs: known ? Math.floor(at / MINUTE) * MINUTE : null,
        ordinals: there.map(({ node }) => node.ordinal),
        states: there.map(({ reading }) => reading.state),
        cpu: there.map(({ reading }) => Math.round(reading.cpu * 100)),
        memory: there.map(({ reading }) => Math.round(reading.memory * 100)),
        tasks: there.map(({ reading }) => reading.tasks),
        jobs: known ? day.jobsAt(at) : [],
      };
    },
    nodeHistory: async (nodeId, hours) => {
      if (!(Number.isInteger(hours) && hours >= 1 && hours <= 168))
        throw refusal("invalid", "Hours must be 1 to 168, as far as the history is kept.");
      const node = day.nodes().find(({ id }) => id === nodeId);
      if (!node) throw refusal("not_found", `Node ${nodeId} does not exist.`);
      return nodeHistory(day, node, hours);
    },
  };
}

function timeline(day: SimulatedDay, from: number, wantedTo: number, count: number): TimelineView {
  const now = Date.now();
  const to = Math.min(wantedTo, now + AHEAD);
  if (!(from < to)) throw refusal("invalid", "The time must begin before it ends, and before now.");
  if (!(to - from <= WEEK && from >= now - 2 * WEEK))
    throw refusal("invalid", "At most seven days can be asked about.");
  if (!(Number.isInteger(count) && count >= 1 && count <= 1440))
    throw refusal("invalid", `Ask for 1 to 1440 buckets, not for ${count}.`);
  const width = (to - from) / count;
  const buckets = Array.from({ length: count }, (_, i) => bucketOf(day, from + i * width, width));
  for (const node of day.nodes()) enter(day, node, buckets, from, width);
  for (const story of day.stories) {
    const begun = buckets[Math.floor((story.from - from) / width)];
    if (begun) begun.jobs += 1;
    const ended = buckets[Math.floor((story.to - from) / width)];
    if (ended && story.failed) ended.jobsFailed += 1;
  }
  return { fromMs: from, toMs: to, oldestMs: day.oldest, buckets };
}

function bucketOf(day: SimulatedDay, at: number, width: number): BucketView {
  const known = day.isKnown(at) || day.isKnown(at + width / 2);
  const dice = chance(`work ${Math.floor(at / (7 * MINUTE))}`);
  const work = known && dice < 0.16 + 0.1 * daylight(at) ? 1 + Math.floor(dice * 8) : 0;
  return {
    ...{ atMs: Math.round(at), known, online: 0, degraded: 0, offline: 0, fell: 0 },
    ...{ jobs: work > 0 ? 1 : 0, jobsFailed: 0, executions: work * 4, executionsFailed: dice < 0.02 ? 1 : 0 },
  };
}

/** Counts one node in all parts that it touched. */
function enter(day: SimulatedDay, node: NodeView, buckets: BucketView[], from: number, width: number): void {
  const { since, away, ill } = day.life(node);
  const first = Math.max(0, Math.floor((since - from) / width));
  for (let i = first; i < buckets.length; i++) {
    const bucket = buckets[i] as BucketView;
    if (!bucket.known) continue;
    const end = bucket.atMs + width;
    const touched = ({ from, to }: { from: number; to: number }) => from < end && to > bucket.atMs;
    if (away.some(touched)) bucket.offline += 1;
    else if (ill.some(touched)) bucket.degraded += 1;
    else bucket.online += 1;
    if (away.some((time) => time.from >= bucket.atMs && time.from < end)) bucket.fell += 1;
  }
}

function nodeHistory(day: SimulatedDay, node: NodeView, hours: number): NodeHistoryView {
  const to = Date.now();
  const from = to - hours * HOUR;
  const { since, away } = day.life(node);
  const stride = Math.max(1, Math.ceil(hours / 24)) * MINUTE;
  const view: NodeHistoryView = {
    fromMs: from,
    toMs: to,
    atMs: [],
    cpu: [],
    memory: [],
    tasks: [],
    states: [],
    spans: [],
  };
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at <= to; at += stride) {
    if (!day.isKnown(at) || at < since) continue;
    const reading = day.reading(node, at);
    view.atMs.push(at);
    view.cpu.push(reading.cpu);
    view.memory.push(reading.memory);
    view.tasks.push(reading.tasks);
    view.states.push(reading.state);
  }
  const span = (begin: number, end: number, state: SpanView["state"]) => {
    const [fromMs, toMs] = [Math.max(from, begin), Math.min(to, end)];
    if (toMs > fromMs) view.spans.push({ fromMs, toMs, state });
  };
  span(0, day.oldest, "unknown");
  span(day.oldest, since, "absent");
  span(day.blind.from, day.blind.to, "unknown");
  for (const time of away) span(time.from, time.to, "offline");
  for (const time of day.life(node).ill) span(time.from, time.to, "degraded");
  view.spans.sort((a, b) => a.fromMs - b.fromMs);
  return view;
}
