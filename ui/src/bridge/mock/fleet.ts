/**
 * A simulated swarm of any size: sites with the shares of a real company, plausible names, load and troubles.
 * The same seed gives the same swarm.
 */
import type { GroupView, NodeView, PolicyView, TrustView } from "../types";
import { announced } from "./containers";
import { fingerprintOf } from "./join";
import { homeSlot, placeDiscs, slot } from "./layout";
import { METHODS } from "./methods";
import { SYSTEM_METHODS } from "./methodsSystem";
import { pick, type Random } from "./random";

type Site = { label: string; short: string; size: number };

const OFFICE: readonly Site[] = [
  { label: "Paris", short: "par", size: 58 },
  { label: "Frankfurt", short: "fra", size: 41 },
  { label: "Ashburn", short: "iad", size: 36 },
  { label: "Singapore", short: "sin", size: 22 },
  { label: "Retail edge", short: "edg", size: 18 },
  { label: "Lab", short: "lab", size: 9 },
];
const WORLD: readonly Site[] = [
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
  ["London", "lhr", 290],
  ["Sydney", "syd", 240],
  ["Dublin", "dub", 200],
  ["Stockholm", "arn", 170],
  ["Milan", "mxp", 140],
  ["Madrid", "mad", 115],
  ["Warsaw", "waw", 95],
  ["Seoul", "icn", 75],
  ["Toronto", "yyz", 60],
  ["Cape Town", "cpt", 45],
  ["Dubai", "dxb", 30],
  ["Lab", "lab", 18],
  ["Vehicles", "veh", 9],
  ["Build", "bld", 3],
].map(([label, short, size]) => ({ label: label as string, short: short as string, size: size as number }));

const ROLES = ["web", "db", "cache", "bld", "edge", "wrk", "gpu"];
const SYSTEMS = [
  ["linux", "Debian 13", "x86_64"],
  ["linux", "Ubuntu 26.04", "x86_64"],
  ["linux", "Raspberry Pi OS", "aarch64"],
  ["windows", "Windows Server 2025", "x86_64"],
] as const;
const TROUBLES = [
  "Round trip above 400 ms",
  "CPU above 90 % for 10 min",
  "Memory above 95 %",
  "Reconnected 6 times in 10 min",
];
const HOME = [
  {
    name: "atlas",
    address: "192.168.1.10",
    osName: "Debian 13",
    cpu: 0.34,
    memory: 0.61,
    tasks: 1,
    memoryMb: 32768,
    latencyMs: 3,
  },
  {
    name: "pi-kitchen",
    address: "192.168.1.42",
    osName: "Raspberry Pi OS",
    cpu: 0.12,
    memory: 0.38,
    tasks: 0,
    memoryMb: 4096,
    latencyMs: 9,
  },
  {
    name: "nas-01",
    address: "192.168.1.5",
    osName: "TrueNAS",
    cpu: 0.67,
    memory: 0.72,
    tasks: 2,
    memoryMb: 16384,
    latencyMs: 2,
  },
];
const NOW = Date.now();
const ANNOUNCED = [...METHODS, ...SYSTEM_METHODS];

export function makeFleet(n: number, random: Random): { nodes: NodeView[]; groups: GroupView[] } {
  const home: GroupView = { index: 0, key: "", label: "Home", discs: [] };
  if (n <= 12) return { nodes: Array.from({ length: n }, (_, i) => homeNode(i)), groups: [home] };
  const sites = sizedSites(n);
  const discs = placeDiscs(sites.map((site) => site.size));
  const nodes: NodeView[] = [];
  const groups: GroupView[] = [home];
  sites.forEach((site, g) => {
    const disc = discs[g] as (typeof discs)[number];
    groups.push({
      index: g + 1,
      key: `site:${site.short}`,
      label: site.label,
      discs: [{ x: disc.x, y: disc.y, r: disc.r }],
    });
    for (let i = 0; i < site.size; i++) {
      const at = slot(i, disc.phase);
      nodes.push(siteNode(nodes.length, i, site, g + 1, disc.x + at.x, disc.y + at.y, random));
    }
  });
  trouble(nodes, random);
  return { nodes, groups };
}

export function homeNode(i: number): NodeView {
  const base = HOME[i] ?? {
    name: `node-${i + 1}`,
    address: `192.168.1.${60 + i}`,
    osName: "Debian 13",
    cpu: 0.2,
    memory: 0.4,
    tasks: 0,
    memoryMb: 8192,
    latencyMs: 4,
  };
  return {
    ...blank(`home-${i}`, i, base.name),
    ...base,
    activeTasks: base.tasks,
    tags: [],
    group: 0,
    local: i === 0,
    ...homeSlot(i),
    // The second machine speaks the prototype's dialect, which announces no schemas.
    ...(i === 1
      ? { dialect: 1, methods: [], sporeVersion: "", arch: "aarch64", trust: sharedToken(base.name), policy: null }
      : {}),
    ...(i === 2 ? { policy: { ...OPERATE, grants: [granted("shell", 25)] } } : {}),
    ...(i === 0 ? { trust: { ...trusted(base.name, `home-${i}`), how: "local", via: null } } : {}),
  };
}

function sizedSites(n: number): Site[] {
  if (n === 184) return [...OFFICE];
  const shares = n < 2000 ? OFFICE : WORLD;
  const total = shares.reduce((sum, site) => sum + site.size, 0);
  const sites = shares.map((site) => ({ ...site, size: Math.max(1, Math.floor((site.size * n) / total)) }));
  const first = sites[0] as Site;
  first.size += n - sites.reduce((sum, site) => sum + site.size, 0);
  return sites;
}

function siteNode(
  ordinal: number,
  i: number,
  site: Site,
  group: number,
  x: number,
  y: number,
  random: Random,
): NodeView {
  const role = pick(random, ROLES);
  const [platform, osName, arch] = pick(random, SYSTEMS);
  const busy = random() < 0.16;
  const tags = [
    `site:${site.short}`,
    `role:${role}`,
    `rack=${1 + (Math.floor(i / 14) % 12)}`,
    `env=${i % 7 === 0 ? "staging" : "production"}`,
  ];
  const load = 0.06 + 0.62 * random() * random() + (busy ? 0.2 : 0);
  const [id, name] = [
    `${site.short}-${i}`,
    `${site.short}-${role}-${String(i + 1).padStart(site.size > 99 ? 4 : 2, "0")}`,
  ];
  return {
    ...blank(id, ordinal, name),
    trust: trusted(name, id, tags),
    tags,
    address: `10.${group}.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    platform,
    osName,
    arch,
    group,
    x,
    y,
    hasGpu: role === "gpu",
    hasDocker: role === "wrk" || role === "bld",
    cpuCores: pick(random, [2, 4, 8, 16, 32]),
    memoryMb: pick(random, [4096, 8192, 16384, 65536]),
    cpu: load,
    memory: 0.2 + 0.55 * random(),
    activeTasks: busy ? 1 + Math.floor(random() * 3) : 0,
    latencyMs: Math.round(2 + group * 3 + random() * 6),
    ...spoken(role === "wrk" || role === "bld", pick(random, ["0.9.0", "0.9.1", "0.9.2"])),
    ...(random() < 0.05
      ? {
          dialect: 1,
          methods: [],
          skills: ["ShellSkill", "FileSkill", "NetSkill"],
          sporeVersion: "",
          trust: sharedToken(name, tags),
          policy: null,
        }
      : {}),
  };
}

/** Four in a hundred are degraded, and in one disc the late slots share a cause; three in a hundred are offline. */
function trouble(nodes: NodeView[], random: Random): void {
  const share = nodes.length > 2000 ? 0.008 : 0.038;
  for (const node of nodes) {
    const dice = random();
    if (dice < share) degrade(node, pick(random, TROUBLES), random);
    else if (dice < share + (nodes.length > 2000 ? 0.005 : 0.033)) goOffline(node, random);
  }
  if (nodes.length <= 2000) return;
  const rack = nodes.filter((node) => node.tags[0] === "site:par").slice(-140);
  for (const node of rack) if (random() < 0.42) degrade(node, TROUBLES[0] as string, random);
}

function degrade(node: NodeView, reason: string, random: Random): void {
  node.state = "online";
  node.degraded = reason;
  node.cpu = 0.7 + 0.28 * random();
}

export function goOffline(node: NodeView, random: Random): void {
  Object.assign(node, { state: "offline", degraded: null, cpu: 0, memory: 0, activeTasks: 0, latencyMs: null });
  node.lastSeen = new Date(NOW - (1 + random() * 9) * 3_600_000).toISOString();
}

function trusted(name: string, id: string, ownTags: string[] = []): TrustView {
  return {
    how: "code",
    via: "first rack",
    code: null,
    fingerprint: fingerprintOf(id),
    since: new Date(NOW - 20 * 86_400_000).toISOString(),
    encrypted: true,
    standing: "accepted",
    why: null,
    givenName: null,
    ownName: name,
    givenTags: [],
    ownTags,
  };
}

function granted(what: string, minutes: number): PolicyView["grants"][number] {
  return { id: "g1", what, until: new Date(NOW + minutes * 60_000).toISOString() };
}

const OPERATE: PolicyView = {
  name: "operate",
  methods: ["ShellSkill.run", "FileSkill.*", "SystemSkill.*"],
  shell: false,
  commands: [
    { name: "look", pattern: "uptime" },
    { name: "disks", pattern: "df -h" },
    { name: "restart", pattern: "systemctl restart {nginx,postgresql}" },
    { name: "logs", pattern: "journalctl -n [0-9]* -u *" },
  ],
  read: [".", "/var/log"],
  write: ["."],
  runAs: "spore-run",
  limits: ["300 s from start to end", "1024 MiB of memory", "64 processes"],
  sandbox: "landlock abi 7",
  grants: [],
  cut: false,
};

/** The version of a spore, and what it announces by it. */
function spoken(hasDocker: boolean, sporeVersion: string) {
  return { sporeVersion, ...announced({ hasDocker, sporeVersion, dialect: 2 }) };
}

/** Agents of the prototype have no key, and speak in the clear. */
function sharedToken(name: string, ownTags: string[] = []): TrustView {
  return { ...trusted(name, "", ownTags), how: "shared_token", via: null, fingerprint: null, encrypted: false };
}

function blank(id: string, ordinal: number, name: string): NodeView {
  return {
    id,
    ordinal,
    name,
    state: "online",
    degraded: null,
    tags: [],
    skills: ["ShellSkill", "FileSkill", "NetSkill", "SystemSkill"],
    methods: ANNOUNCED,
    local: false,
    dialect: 2,
    address: "",
    hostname: name,
    platform: "linux",
    osName: "Debian 13",
    arch: "x86_64",
    sporeVersion: "0.9.2",
    cpuCores: 4,
    memoryMb: 8192,
    hasGpu: false,
    hasDocker: false,
    cpu: 0,
    memory: 0,
    measured: true,
    activeTasks: 0,
    latencyMs: null,
    registeredAt: new Date(NOW - 20 * 86_400_000).toISOString(),
    lastSeen: new Date(NOW).toISOString(),
    group: 0,
    x: 0,
    y: 0,
    trust: trusted(name, id),
    policy: OPERATE,
  };
}
