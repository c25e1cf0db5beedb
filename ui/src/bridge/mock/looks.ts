/**
 * What simulated machines answer when somebody looks at them: processes that drift, disks of which some are full,
 * services of which some failed. The same node always has the same ones. Not here: log lines (logLines.ts).
 */
import type { JsonValue, NodeView } from "../types";
import { refusal } from "./executions";
import { LogLines } from "./logLines";
import { type Random, seeded } from "./random";

const GB = 1024 ** 3;
type Running = { name: string; user: string; command: string; cpu: number; memory: number };

const ALWAYS: readonly Running[] = [
  { name: "systemd", user: "root", command: "/sbin/init", cpu: 0.1, memory: 0.013 },
  { name: "sshd", user: "root", command: "sshd: /usr/sbin/sshd -D [listener]", cpu: 0, memory: 0.008 },
  { name: "systemd-journald", user: "root", command: "/usr/lib/systemd/systemd-journald", cpu: 0.4, memory: 0.06 },
  { name: "spore", user: "spore", command: "/usr/local/bin/spore run", cpu: 0.3, memory: 0.014 },
  { name: "chronyd", user: "_chrony", command: "/usr/sbin/chronyd -F 1", cpu: 0, memory: 0.004 },
  { name: "cron", user: "root", command: "/usr/sbin/cron -f", cpu: 0, memory: 0.003 },
];
const BY_ROLE: Record<string, readonly Running[]> = {
  web: [
    { name: "nginx", user: "www-data", command: "nginx: worker process", cpu: 14, memory: 0.09 },
    { name: "node", user: "app", command: "node /srv/shop/server.js --token=[redacted]", cpu: 38, memory: 0.9 },
  ],
  db: [
    { name: "postgres", user: "postgres", command: "postgres: 16/main: autovacuum worker shop", cpu: 71, memory: 1.4 },
    {
      name: "postgres",
      user: "postgres",
      command: "postgres: 16/main: app shop 10.12.9.4(51322) UPDATE",
      cpu: 44,
      memory: 1.1,
    },
    {
      name: "postgres",
      user: "postgres",
      command: "/usr/lib/postgresql/16/bin/postgres -D /var/lib/postgresql/16/main",
      cpu: 6,
      memory: 2.6,
    },
    {
      name: "pgbouncer",
      user: "postgres",
      command: "/usr/sbin/pgbouncer -d /etc/pgbouncer/pgbouncer.ini",
      cpu: 3,
      memory: 0.05,
    },
  ],
  cache: [{ name: "redis-server", user: "redis", command: "/usr/bin/redis-server 0.0.0.0:6379", cpu: 22, memory: 3.1 }],
  bld: [
    {
      name: "rustc",
      user: "ci",
      command: "rustc --crate-name nexus --edition=2024 nexus/src/lib.rs",
      cpu: 99,
      memory: 1.9,
    },
    { name: "dockerd", user: "root", command: "/usr/bin/dockerd -H fd://", cpu: 4, memory: 0.2 },
  ],
  edge: [
    {
      name: "haproxy",
      user: "haproxy",
      command: "/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg",
      cpu: 18,
      memory: 0.2,
    },
  ],
  wrk: [
    {
      name: "python3",
      user: "app",
      command: "python3 -m celery -A shop worker --broker=amqp://app:[redacted]@mq/shop",
      cpu: 52,
      memory: 0.7,
    },
  ],
  gpu: [{ name: "python3", user: "ml", command: "python3 train.py --epochs 40 --batch 128", cpu: 180, memory: 9.4 }],
};
const UNITS = [
  "chrony",
  "cron",
  "dbus",
  "networkd-dispatcher",
  "spore",
  "ssh",
  "systemd-journald",
  "systemd-logind",
  "systemd-resolved",
  "unattended-upgrades",
];

export class SimulatedLooks {
  /** How often each method was asked for; tests read it. */
  readonly asked = new Map<string, number>();
  #node: (id: string) => NodeView | undefined;
  #logs = new Map<string, LogLines>();

  constructor(node: (id: string) => NodeView | undefined) {
    this.#node = node;
  }

  answer(id: string, skill: string, method: string, parameters: JsonValue): JsonValue {
    const node = this.#node(id);
    if (!node) throw refusal("unknown_node", "The Nexus knows no such node.");
    if (node.state === "offline") throw refusal("offline", `${node.name} is offline. Nothing was asked.`);
    const known = node.methods.find((one) => one.skill === skill && one.method === method);
    if (!known) throw refusal("unsupported", `node ${node.name} does not offer ${skill}.${method}`);
    if (known.effect !== "read")
      throw refusal("invalid", `${skill}.${method} is not known to only read; run it instead of looking`);
    this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
    const asked = (parameters ?? {}) as { [key: string]: JsonValue };
    switch (method) {
      case "overview":
        return machine(node);
      case "processes":
        return processes(node, asked);
      case "services":
        return services(node);
      case "logs":
        return this.#log(node).read(asked);
      default:
        throw refusal("failed", "The simulated node has nothing to say.");
    }
  }

  #log(node: NodeView): LogLines {
    const known = this.#logs.get(node.id) ?? new LogLines(node, roleOf(node), this.#clock(node));
    this.#logs.set(node.id, known);
    return known;
  }

  #clock(node: NodeView): Random {
    return seeded(node.ordinal + 77);
  }
}

export function roleOf(node: NodeView): string {
  const tagged = node.tags.find((tag) => tag.startsWith("role:"))?.slice(5);
  return tagged ?? (node.name.startsWith("nas") ? "cache" : "web");
}

function processes(node: NodeView, asked: { [key: string]: JsonValue }): JsonValue {
  const random = seeded(node.ordinal * 31 + 7);
  const busy = 0.4 + node.cpu * 1.4;
  const wanted = String(asked.search ?? "").toLowerCase();
  const all = [...(BY_ROLE[roleOf(node)] ?? []), ...ALWAYS].map((one, i) => ({
    pid: i < (BY_ROLE[roleOf(node)]?.length ?? 0) ? 2000 + Math.floor(random() * 60_000) : 1 + i * 211,
    parent: 1,
    name: one.name,
    user: one.user,
    cpu: Math.round(one.cpu * busy * (0.85 + random() * 0.3) * 10) / 10,
    memory: Math.round(one.memory * GB * (0.9 + random() * 0.2)),
    state: one.cpu > 30 ? "running" : "sleeping",
    started: new Date(Date.now() - (3 + random() * 700) * 3_600_000).toISOString(),
    command: one.command,
  }));
  const found = all.filter((one) => `${one.name} ${one.user} ${one.command}`.toLowerCase().includes(wanted));
  found.sort((a, b) => (asked.by === "memory" ? b.memory - a.memory : b.cpu - a.cpu) || a.pid - b.pid);
  return {
    processes: found.slice(0, Number(asked.limit ?? 20)),
    total: 118 + (node.ordinal % 60),
    cores: node.cpuCores,
    memory_total: node.memoryMb * 1024 * 1024,
  };
}

function machine(node: NodeView): JsonValue {
  const random = seeded(node.ordinal * 17 + 3);
  const full = node.degraded?.startsWith("Disk") ? 0.94 : 0.3 + random() * 0.5;
  const disk = (mount: string, device: string, total: number, share: number) => ({
    mount,
    device,
    kind: "ext4",
    total: total * GB,
    used: Math.round(total * GB * share),
    read_only: false,
    removable: false,
  });
  const windows = node.platform === "windows";
  return {
    host: node.hostname,
    kernel: windows ? "10.0.26100" : "6.18.0-amd64",
    uptime: 86_400 * (4 + Math.floor(random() * 60)) + 7_931,
    load: windows
      ? null
      : [node.cpu, node.cpu * 0.9, node.cpu * 0.75].map((share) => Math.round(share * node.cpuCores * 100) / 100),
    cores: Array.from({ length: node.cpuCores }, () => Math.min(1, Math.max(0.01, node.cpu + (random() - 0.5) * 0.4))),
    memory: {
      total: node.memoryMb * 1024 * 1024,
      used: Math.round(node.memoryMb * 1024 * 1024 * node.memory),
      available: Math.round(node.memoryMb * 1024 * 1024 * (1 - node.memory)),
      swap_total: windows ? 0 : 4 * GB,
      swap_used: windows ? 0 : Math.round(GB * random() * 0.4),
    },
    disks: windows
      ? [disk("C:\\", "C:", 256, full)]
      : [disk("/var/lib", "/dev/nvme1n1p1", 931, full), disk("/", "/dev/nvme0n1p2", 118, 0.2 + random() * 0.3)],
    network: [
      {
        name: windows ? "Ethernet" : "enp3s0",
        addresses: [node.address],
        received: 91e9,
        sent: 44e9,
        receiving: Math.round(node.cpu * 4.1e6),
        sending: Math.round(node.cpu * 1.3e6),
        errors: 0,
      },
      { name: "lo", addresses: ["127.0.0.1"], received: 2e9, sent: 2e9, receiving: 41_000, sending: 41_000, errors: 0 },
    ],
    temperatures: windows
      ? []
      : [
          { name: "coretemp Package id 0", celsius: Math.round(38 + node.cpu * 40), critical: 100 },
          { name: "nvme Composite", celsius: 41, critical: 84 },
        ],
    gpus: node.hasGpu
      ? [{ name: "NVIDIA L4", usage: 0.83, memory_used: 18.2 * GB, memory_total: 23 * GB, celsius: 71, watts: 66.4 }]
      : [],
  };
}

function services(node: NodeView): JsonValue {
  if (node.platform !== "linux")
    throw refusal("failed", `there are no services of systemd here: this is ${node.platform} without systemctl`);
  const role = [...new Set((BY_ROLE[roleOf(node)] ?? []).map((one) => one.name))];
  const broken = node.degraded === null ? [] : ["certbot"];
  const all = [
    ...broken.map((name) => ({ name, active: "failed", sub: "failed", description: "Let's Encrypt renewal" })),
    ...[...role, ...UNITS].map((name) => ({ name, active: "active", sub: "running", description: `${name} service` })),
    { name: "apt-daily", active: "inactive", sub: "dead", description: "Daily apt download activities" },
    { name: "fstrim", active: "inactive", sub: "dead", description: "Discard unused blocks" },
  ];
  return { services: all, total: all.length, failed: broken.length };
}
