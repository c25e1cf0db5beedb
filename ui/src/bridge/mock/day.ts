/**
 * The last 24 hours of a simulated swarm: load by the hour of the day, machines that were away, a site whose link was
 * cut, disks that got slow, jobs that went through in waves, and minutes in which the Nexus itself was restarted. The
 * same swarm has the same day, and it ends in the present.
 * Not here: counting it (timeline.ts), how the swarm stands now (fleet.ts).
 */
import type { JobAtView, NodeView } from "../types";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The states of `FleetAtView`. */
export const Code = { Absent: 0, Idle: 1, Busy: 2, Degraded: 3, Offline: 4, Suspect: 5 } as const;
export type Interval = { from: number; to: number };
export type Reading = { state: number; cpu: number; memory: number; tasks: number };
type Story = Omit<JobAtView, "ordinals" | "state"> & Interval & { nodes: readonly NodeView[]; failed: boolean };
/** What befell one node, apart from its load. */
export type Life = { since: number; away: Interval[]; ill: Interval[] };

export class SimulatedDay {
  readonly began: number;
  /** The Nexus was restarted, and nobody was looking. */
  readonly blind: Interval;
  readonly stories: readonly Story[];
  #lives = new Map<string, Life>();

  constructor(
    readonly nodes: () => readonly NodeView[],
    now = Date.now(),
  ) {
    this.began = now;
    this.blind = { from: now - 14 * HOUR - 7 * MINUTE, to: now - 14 * HOUR };
    this.stories = storiesOf(nodes(), now);
  }

  get oldest(): number {
    return this.began - DAY;
  }

  isKnown(at: number): boolean {
    return at >= this.oldest && !within(this.blind, at);
  }

  life(node: NodeView): Life {
    let life = this.#lives.get(node.id);
    if (!life) {
      life = lifeOf(node, this.began);
      this.#lives.set(node.id, life);
    }
    return life;
  }

  reading(node: NodeView, at: number): Reading {
    const state = this.#state(node, at);
    if (state === Code.Absent || state === Code.Offline) return { state, cpu: 0, memory: 0, tasks: 0 };
    const ill = state === Code.Degraded;
    // Before its trouble began it was like the others.
    const well = node.degraded === null ? node.cpu : Math.max(0.18, node.cpu - 0.5);
    const base = node.state === "offline" ? 0.22 : ill ? node.cpu : well;
    const nearNow = Math.max(0, 1 - (this.began - at) / (6 * MINUTE));
    const drift = 0.14 * daylight(at) + 0.2 * (smooth(node.id, at / (9 * MINUTE)) - 0.5);
    const tasks = tasksAt(node, at);
    const cpu = base + (1 - nearNow) * (drift + (tasks > 0 ? 0.08 : 0)) + (ill && node.degraded === null ? 0.25 : 0);
    const memory =
      (node.memory || 0.4) + (1 - nearNow) * 0.1 * (smooth(`${node.id}m`, at / (55 * MINUTE)) - 0.5) + (ill ? 0.1 : 0);
    const busy = tasks > 0 && !ill;
    return { state: busy ? Code.Busy : state, cpu: bounded(cpu), memory: bounded(memory), tasks };
  }

  jobsAt(at: number): JobAtView[] {
    return this.stories.filter((story) => within(story, at)).map((story) => told(story, at, this.began));
  }

  #state(node: NodeView, at: number): number {
    const { since, away, ill } = this.life(node);
    if (at < since) return Code.Absent;
    if (away.some((time) => within(time, at))) return Code.Offline;
    // It was silent before it was given up.
    if (away.some(({ from }) => at >= from - 4_000 && at < from)) return Code.Suspect;
    return ill.some((time) => within(time, at)) ? Code.Degraded : Code.Idle;
  }
}

function lifeOf(node: NodeView, now: number): Life {
  const dice = (what: string) => chance(`${node.id} ${what}`);
  const life: Life = { since: 0, away: [], ill: [] };
  const during = (list: Interval[], hoursAgo: number, minutes: number) => {
    const from = now - hoursAgo * HOUR;
    list.push({ from, to: Math.min(now, from + minutes * MINUTE) });
  };
  // A new rack came in the afternoon, one machine after the other.
  if (node.tags.includes("site:lab") && dice("late") < 0.45) life.since = now - 6.5 * HOUR + dice("when") * 20 * MINUTE;
  if (node.tags.includes("site:sin")) during(life.away, 8.2 + dice("cut") * 0.01, 9 + dice("mend") * 2);
  if (node.tags.includes("site:par") && dice("boot") < 0.8) during(life.away, 10.1 - dice("turn") * 0.35, 0.8);
  if (dice("own") < 0.06) during(life.away, 1 + dice("hour") * 22, 2 + dice("long") * 55);
  if (node.tags.includes("site:fra") && dice("disk") < 0.4) during(life.ill, 3.4 - dice("slow") * 0.2, 38);
  if (dice("ill") < 0.03) during(life.ill, 2 + dice("then") * 20, 15 + dice("ached") * 80);
  if (node.degraded !== null) during(life.ill, 0.3 + dice("since") * 3, 600);
  if (node.state === "offline") life.away.push({ from: Date.parse(node.lastSeen), to: Number.POSITIVE_INFINITY });
  return life;
}

function storiesOf(nodes: readonly NodeView[], now: number): Story[] {
  const at = (site: string) => nodes.filter((node) => node.tags.includes(`site:${site}`));
  const story = (
    label: string,
    command: string,
    who: readonly NodeView[],
    hoursAgo: number,
    minutes: number,
    failed = false,
  ): Story => {
    const from = now - hoursAgo * HOUR;
    const to = from + minutes * MINUTE;
    return {
      ...{ id: `then-${label || command}`, label, skill: "ShellSkill", method: "run", summary: command, failed },
      ...{ from, to, nodes: who, total: who.length },
      submittedAt: new Date(from).toISOString(),
      finishedAt: to > now ? null : new Date(to).toISOString(),
    };
  };
  const all = [
    story("nightly update", "apt-get -y full-upgrade", at("par"), 10.15, 24),
    story("Rebuild the search index", "indexer --all", at("iad"), 18.4, 47),
    story("Disk check", "smartctl -a /dev/nvme0", at("fra"), 3.1, 11, true),
    story("Rotate certificates", "step ca renew --all", at("iad"), 5.2, 31),
    story("", "docker pull registry/edge:2026.11", at("edg"), 1.4, 16),
    story("Join the new rack", "setup --rack 5", at("lab"), 6.1, 9),
    story("Backups", "restic backup /srv --tag nightly", nodes.slice(0, 60), 21.2, 52),
  ];
  return all.filter((one) => one.nodes.length > 0);
}

/** A wave of targets goes through: a sixth of them at a time. */
function told(story: Story, at: number, now: number): JobAtView {
  const { from, to, nodes, failed, ...rest } = story;
  const width = Math.max(1, Math.ceil(nodes.length / 6));
  const first = Math.floor(((at - from) / (to - from)) * nodes.length);
  const ordinals = nodes.slice(Math.max(0, first - width), first + 1).map((node) => node.ordinal);
  return { ...rest, state: to > now ? "running" : failed ? "failed" : "succeeded", ordinals };
}

export function within({ from, to }: Interval, at: number): boolean {
  return at >= from && at < to;
}

/** -1 at night, 1 in the afternoon. */
export function daylight(at: number): number {
  return Math.sin(((new Date(at).getHours() - 9) / 24) * 2 * Math.PI);
}

function tasksAt(node: NodeView, at: number): number {
  const dice = chance(`${node.id} ${Math.floor(at / (13 * MINUTE))}`);
  return dice < 0.13 + 0.05 * daylight(at) ? 1 + Math.floor(dice * 20) : 0;
}

/** Noise without steps. */
function smooth(key: string, x: number): number {
  const [left, part] = [Math.floor(x), x - Math.floor(x)];
  const ease = part * part * (3 - 2 * part);
  return chance(`${key}${left}`) * (1 - ease) + chance(`${key}${left + 1}`) * ease;
}

/** 0..1, the same for the same words. */
export function chance(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296;
}

function bounded(value: number): number {
  return Math.min(0.98, Math.max(0.02, value));
}
