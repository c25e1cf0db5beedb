/**
 * The columns that the table may have: their names, widths and what stands in them for programs (the CSV).
 * Not here: what people see in a cell (Cell.tsx), order (rows.ts), which columns are shown (layout.ts).
 */
import { t } from "../../i18n";
import type { Fleet } from "../../state/fleet";
import { Status } from "../../state/status";

export const COLUMN_IDS = [
  "status",
  "name",
  "site",
  "role",
  "address",
  "os",
  "arch",
  "cpu",
  "memory",
  "tasks",
  "latency",
  "tags",
  "version",
  "cores",
  "ram",
  "skills",
  "seen",
  "registered",
  "trust",
] as const;
export type Column = (typeof COLUMN_IDS)[number];

export const FIRST_COLUMNS: readonly Column[] = [
  "status",
  "name",
  "site",
  "role",
  "cpu",
  "memory",
  "tasks",
  "version",
  "seen",
];

/** Widths in pixels at which nothing usual is cut off; columns share what is left in these proportions. */
export const WIDTHS: Record<Column, number> = {
  status: 118,
  name: 160,
  site: 118,
  role: 76,
  address: 128,
  os: 140,
  arch: 84,
  cpu: 132,
  memory: 132,
  tasks: 66,
  latency: 82,
  tags: 180,
  version: 82,
  cores: 66,
  ram: 84,
  skills: 180,
  seen: 92,
  registered: 130,
  trust: 118,
};
export const LEAST_WIDTH = 56;
export const MOST_WIDTH = 640;

/** These are most telling from the top down. */
export const DESCENDING_FIRST: ReadonlySet<Column> = new Set([
  "cpu",
  "memory",
  "tasks",
  "latency",
  "cores",
  "ram",
  "seen",
  "registered",
]);

export function titleOf(column: Column): string {
  switch (column) {
    case "status":
      return t("Status");
    case "name":
      return t("Name");
    case "site":
      return t("Site");
    case "role":
      return t("Role");
    case "address":
      return t("Address");
    case "os":
      return t("System");
    case "arch":
      return t("Architecture");
    case "cpu":
      return t("CPU");
    case "memory":
      return t("Memory");
    case "tasks":
      return t("Tasks");
    case "latency":
      return t("Latency");
    case "tags":
      return t("Tags");
    case "version":
      return t("Version");
    case "cores":
      return t("Cores");
    case "ram":
      return t("Memory size");
    case "skills":
      return t("Skills");
    case "seen":
      return t("Last seen");
    case "registered":
      return t("Registered");
    case "trust":
      return t("Trust");
  }
}

export function roleOf(fleet: Fleet, ordinal: number): string {
  const tags = fleet.node(ordinal)?.tags ?? [];
  return tags.find((tag) => tag.startsWith("role:"))?.slice(5) ?? "";
}

/** For programs: names that stay, numbers without units of their own, times in RFC 3339. */
export const CSV_NAMES: Record<Column, string> = {
  status: "status",
  name: "name",
  site: "site",
  role: "role",
  address: "address",
  os: "system",
  arch: "architecture",
  cpu: "cpu_percent",
  memory: "memory_percent",
  tasks: "tasks",
  latency: "latency_ms",
  tags: "tags",
  version: "spore_version",
  cores: "cores",
  ram: "memory_mb",
  skills: "skills",
  seen: "last_seen",
  registered: "registered",
  trust: "trust",
};

const CSV_STATUS: Record<number, string> = {
  [Status.Online]: "online",
  [Status.Busy]: "online",
  [Status.Degraded]: "degraded",
  [Status.Offline]: "offline",
  [Status.Critical]: "critical",
};

/** A number is written as one; text is guarded where it is written. Null: not known. */
export function csvValue(fleet: Fleet, ordinal: number, column: Column): string | number | null {
  const node = fleet.node(ordinal);
  if (!node) return null;
  const offline = fleet.status[ordinal] === Status.Offline;
  switch (column) {
    case "status":
      return CSV_STATUS[fleet.status[ordinal] ?? 0] ?? null;
    case "name":
      return node.name;
    case "site":
      return fleet.groupLabel(ordinal);
    case "role":
      return roleOf(fleet, ordinal);
    case "address":
      return node.address;
    case "os":
      return node.osName;
    case "arch":
      return node.arch;
    case "cpu":
      return share(fleet.load(ordinal, "cpu"));
    case "memory":
      return share(fleet.load(ordinal, "memory"));
    case "tasks":
      return fleet.tasks[ordinal] ?? 0;
    case "latency":
      return offline || node.latencyMs === null ? null : Math.round(node.latencyMs);
    case "tags":
      return node.tags.join(" ");
    case "version":
      return node.dialect < 2 ? "v1" : node.sporeVersion;
    case "cores":
      return node.cpuCores > 0 ? node.cpuCores : null;
    case "ram":
      return node.memoryMb > 0 ? Math.round(node.memoryMb) : null;
    case "skills":
      return node.skills.join(" ");
    case "seen":
      return node.lastSeen;
    case "registered":
      return node.registeredAt;
    case "trust":
      return trustOf(node.trust);
  }
}

/** Whole percent. */
function share(load: number | null): number | null {
  return load === null ? null : Math.round(load * 100);
}

/** One word for how a node is trusted. */
export function trustOf(trust: {
  standing: string;
  fingerprint: string | null;
}): "accepted" | "held" | "revoked" | "shared" {
  if (trust.standing === "held" || trust.standing === "revoked") return trust.standing;
  return trust.fingerprint === null ? "shared" : "accepted";
}
