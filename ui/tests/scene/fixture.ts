/**
 * Fleets for tests, screenshots and the benchmark, without a server: 3 machines at home, 184 in six sites, 10,000
 * and 100,000 in 24 sites. The same seed gives the same sky every time.
 * Not here: a running simulation.
 */
import { type SceneGroup, type SceneStars, type SceneWords, Status } from "../../src/scene/api.ts";
import { HOME_SLOT, placeDiscs, slotAt } from "./chartLayout.ts";

export type Fleet = { stars: SceneStars; groups: SceneGroup[]; names: string[] };
type Site = readonly [label: string, code: string, count: number];

const SIX: readonly Site[] = [
  ["Paris", "par", 58],
  ["Frankfurt", "fra", 41],
  ["Ashburn", "iad", 36],
  ["Singapore", "sin", 22],
  ["Retail edge", "edg", 18],
  ["Lab", "lab", 9],
];
const MANY: readonly Site[] = [
  ["Ashburn", "iad", 1840],
  ["Frankfurt", "fra", 1420],
  ["Paris", "par", 1160],
  ["Oregon", "pdx", 980],
  ["Singapore", "sin", 760],
  ["São Paulo", "gru", 610],
  ["Tokyo", "nrt", 540],
  ["Retail EU", "reu", 470],
  ["Mumbai", "bom", 390],
  ["Retail US", "rus", 340],
  ["London", "lon", 290],
  ["Sydney", "syd", 240],
  ["Dublin", "dub", 200],
  ["Stockholm", "arn", 170],
  ["Milan", "mil", 140],
  ["Madrid", "mad", 115],
  ["Warsaw", "waw", 95],
  ["Seoul", "icn", 75],
  ["Toronto", "yyz", 60],
  ["Cape Town", "cpt", 45],
  ["Dubai", "dxb", 30],
  ["Lab", "lab", 18],
  ["Vehicles", "veh", 9],
  ["Build", "bld", 3],
];
const ROLES = ["db", "web", "wrk", "cache", "edge", "gpu", "bld"];
const HOME = [
  { name: "atlas", address: "192.168.1.10 · Debian 13 · 3 ms", cpu: 0.34, memory: 0.61, tasks: 1 },
  { name: "pi-kitchen", address: "192.168.1.42 · Raspberry Pi OS · 9 ms", cpu: 0.12, memory: 0.38, tasks: 0 },
  { name: "nas-01", address: "192.168.1.5 · TrueNAS · 2 ms", cpu: 0.67, memory: 0.72, tasks: 2 },
];

export const ENGLISH: SceneWords = {
  critical: (count) => `${count} critical`,
  degraded: (count) => `${count} degraded`,
  offline: (count) => `${count} offline`,
  number: (value) => value.toLocaleString("en"),
};

/** Mulberry32. */
export function random(seed: number): () => number {
  let s = seed | 0;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function blank(count: number, names: string[], addresses: string[]): SceneStars {
  const stars: SceneStars = {
    count,
    x: new Float32Array(count),
    y: new Float32Array(count),
    cpu: new Float32Array(count),
    memory: new Float32Array(count),
    tasks: new Uint16Array(count),
    status: new Uint8Array(count),
    group: new Uint16Array(count),
    label: (i) => {
      const percent = (v: number | undefined): string => `${Math.round((v ?? 0) * 100)} %`;
      const facts =
        stars.status[i] === Status.Offline
          ? "Offline"
          : `CPU ${percent(stars.cpu[i])}   Memory ${percent(stars.memory[i])}`;
      return { name: names[i] ?? "", facts, address: addresses[i] ?? "" };
    },
  };
  return stars;
}

/** Up to twelve machines in the home system. */
export function homeFleet(count: number): Fleet {
  const names: string[] = [];
  const addresses: string[] = [];
  const stars = blank(count, names, addresses);
  const roll = random(7);
  for (let i = 0; i < count; i++) {
    const known = HOME[i] ?? {
      name: `box-${i + 1}`,
      address: `192.168.1.${60 + i} · Debian 13 · 4 ms`,
      cpu: roll(),
      memory: roll(),
      tasks: 0,
    };
    const at = slotAt(HOME_SLOT + i);
    names.push(known.name);
    addresses.push(known.address);
    stars.x[i] = at.x;
    stars.y[i] = at.y;
    stars.cpu[i] = known.cpu;
    stars.memory[i] = known.memory;
    stars.tasks[i] = known.tasks;
    stars.status[i] = known.tasks > 0 ? Status.Busy : Status.Online;
  }
  return { stars, groups: [groupOf(0, "Home", count)], names };
}

/** 184 in six sites; any other number spread over 24 sites. */
export function siteFleet(count: number): Fleet {
  const sites = count === 184 ? SIX : scaled(MANY, count);
  const discs = placeDiscs(sites.map((s) => s[2]));
  const names: string[] = [];
  const addresses: string[] = [];
  const stars = blank(
    sites.reduce((sum, s) => sum + s[2], 0),
    names,
    addresses,
  );
  const groups = [groupOf(0, "Home", 0)];
  const roll = random(20261123);
  const many = count > 1000;
  let i = 0;
  for (const [g, [label, code, size]] of sites.entries()) {
    const disc = discs[g] ?? { x: 0, y: 0, r: 1, phase: 0 };
    const group = { ...groupOf(g + 1, label, size), discs: [{ x: disc.x, y: disc.y, r: disc.r }] };
    const seen: Record<string, number> = {};
    for (let j = 0; j < size; j++, i++) {
      const role = ROLES[Math.min(6, Math.floor(roll() * roll() * 8))] ?? "web";
      seen[role] = (seen[role] ?? 0) + 1;
      names.push(`${code}-${role}-${String(seen[role]).padStart(2, "0")}`);
      addresses.push(`10.${g}.${j >> 8}.${j & 255} · Debian 13 · ${2 + Math.floor(roll() * 20)} ms`);
      const at = slotAt(j, disc.phase);
      stars.x[i] = disc.x + at.x;
      stars.y[i] = disc.y + at.y;
      stars.group[i] = g + 1;
      fill(stars, i, roll, troubleOf(many, code, role, j, roll()));
      if (stars.status[i] === Status.Degraded) group.degraded++;
      if (stars.status[i] === Status.Offline) group.offline++;
      if (stars.status[i] === Status.Critical) group.critical++;
    }
    groups.push(group);
  }
  return { stars, groups, names };
}

function fill(stars: SceneStars, i: number, roll: () => number, trouble: Status): void {
  const load = Math.min(0.93, roll() ** 2.1 * 0.84 + 0.04);
  const tasks = roll() < 0.16 ? 1 + Math.floor(roll() * 3) : 0;
  const off = trouble === Status.Offline;
  const hot = trouble === Status.Degraded || trouble === Status.Critical;
  stars.status[i] = trouble !== Status.Online ? trouble : tasks > 0 ? Status.Busy : Status.Online;
  stars.cpu[i] = off ? 0 : hot ? Math.max(load, 0.6 + roll() * 0.34) : load;
  stars.memory[i] = off ? 0 : load * (0.4 + 0.5 * roll());
  stars.tasks[i] = off ? 0 : tasks;
}

/** In the large fleet trouble has causes: one bad storage rack in Paris, a shop's certificates, a hot site. */
function troubleOf(many: boolean, code: string, role: string, slot: number, dice: number): Status {
  if (!many) return dice < 0.04 ? Status.Degraded : dice < 0.07 ? Status.Offline : Status.Online;
  if (code === "par" && slot > 760 && slot < 880 && dice < 0.5) return Status.Degraded;
  if ((code === "iad" || code === "pdx") && role === "gpu" && dice < 0.2) return Status.Degraded;
  if (code === "reu" && dice < 0.045) return Status.Degraded;
  if ((code === "veh" || code === "cpt") && dice < 0.22) return Status.Degraded;
  if (code === "arn" && dice < 0.05) return Status.Offline;
  return dice > 0.995 ? Status.Offline : Status.Online;
}

function scaled(sites: readonly Site[], count: number): Site[] {
  const total = sites.reduce((sum, s) => sum + s[2], 0);
  const out = sites.map(([label, code, n]) => [label, code, Math.max(1, Math.round((n * count) / total))] as const);
  const rest = count - out.reduce((sum, s) => sum + s[2], 0);
  const first = out[0];
  if (first !== undefined) out[0] = [first[0], first[1], first[2] + rest];
  return out;
}

const groupOf = (index: number, label: string, count: number): SceneGroup => ({
  index,
  label,
  count,
  degraded: 0,
  offline: 0,
  critical: 0,
  discs: [],
});

export const fleetOf = (count: number): Fleet => (count <= 12 ? homeFleet(count) : siteFleet(count));
