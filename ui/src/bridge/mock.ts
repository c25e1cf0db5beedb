/**
 * A simulated host with the same types as the real one, so that the whole console also runs in a browser: a swarm
 * from the URL (?n=&seed=), load that drifts, executions that stream and can be stopped, refusals that really occur.
 * `?still=1` freezes the drift for pictures; tests hold `control` to make things happen.
 */

import { refusal, SimulatedExecutions } from "./mock/executions";
import { goOffline, homeNode, makeFleet } from "./mock/fleet";
import { seeded } from "./mock/random";
import type { Bridge, FeedBatch, FeedEvent, JoinView, NodeView, SettingsView, VitalsRow } from "./types";

export type MockOptions = {
  n: number;
  seed: number;
  still: boolean;
  exposed: boolean;
  batchMs: number;
  theme: SettingsView["theme"];
  join: number | null;
};
export type MockControl = {
  nodes: NodeView[];
  emit(...events: FeedEvent[]): void;
  disconnect(ordinal: number): void;
  reconnect(ordinal: number): void;
  /** A new node appears in the home system. */
  enrol(): NodeView;
  /** Leaves out numbers, as if batches were lost. */
  skipBatches(count: number): void;
  subscriptions: number;
};
export type MockBridge = Bridge & { control: MockControl };

const DEFAULTS: MockOptions = {
  n: 184,
  seed: 5,
  still: false,
  exposed: false,
  batchMs: 33,
  theme: "system",
  join: null,
};

export function mockOptionsFromUrl(search: string): Partial<MockOptions> {
  const url = new URLSearchParams(search);
  const number = (name: string) =>
    url.has(name) && Number.isFinite(Number(url.get(name))) ? Number(url.get(name)) : undefined;
  const theme = url.get("theme");
  return {
    ...(number("n") !== undefined ? { n: Math.min(200_000, Math.max(0, Math.trunc(number("n") as number))) } : {}),
    ...(number("seed") !== undefined ? { seed: number("seed") as number } : {}),
    ...(number("join") !== undefined ? { join: number("join") as number } : {}),
    ...(theme === "dark" || theme === "light" ? { theme } : {}),
    still: url.has("still"),
    exposed: url.has("exposed"),
  };
}

export function createMockBridge(given: Partial<MockOptions> = {}): MockBridge {
  const options = { ...DEFAULTS, ...given };
  const random = seeded(options.seed);
  const fleet = makeFleet(options.n, random);
  const byId = new Map(fleet.nodes.map((node) => [node.id, node]));
  let listener: ((batch: FeedBatch) => void) | null = null;
  let seq = 0;
  let queue: FeedEvent[] = [];
  let flushing: ReturnType<typeof setTimeout> | undefined;
  let drift: ReturnType<typeof setInterval> | undefined;

  const flush = () => {
    flushing = undefined;
    const events = queue;
    queue = [];
    listener?.({ seq: seq++, events });
  };
  const emit = (...events: FeedEvent[]) => {
    if (!listener) return;
    queue.push(...structuredClone(events));
    flushing ??= setTimeout(flush, options.batchMs);
  };
  const changed = (change: "connected" | "disconnected" | "changed", node: NodeView) =>
    emit({ kind: "node", change, node: { ...node } });
  const lose = (node: NodeView) => {
    executions.orphan(node);
    goOffline(node, random);
    node.lastSeen = new Date().toISOString();
    changed("disconnected", node);
  };
  const executions = new SimulatedExecutions({
    node: (id) => byId.get(id),
    emit,
    lose,
    tasksChanged: (node) => emit({ kind: "vitals", rows: [[node.ordinal, node.cpu, node.memory, node.activeTasks]] }),
  });
  let settings: SettingsView = {
    exposed: options.exposed,
    keepInTray: true,
    runLocalSpore: true,
    theme: options.theme,
    reducedMotion: "system",
    notices: [],
    restartNeeded: false,
  };

  const control: MockControl = {
    nodes: fleet.nodes,
    emit,
    disconnect: (ordinal) => lose(fleet.nodes[ordinal] as NodeView),
    reconnect: (ordinal) => {
      const node = fleet.nodes[ordinal] as NodeView;
      Object.assign(node, { state: "online", cpu: 0.2, memory: 0.4, latencyMs: 5 });
      changed("connected", node);
    },
    enrol: () => {
      const node = { ...homeNode(fleet.nodes.length), id: `late-${fleet.nodes.length}`, ordinal: fleet.nodes.length };
      fleet.nodes.push(node);
      byId.set(node.id, node);
      changed("connected", node);
      return node;
    },
    skipBatches: (count) => {
      seq += count;
    },
    subscriptions: 0,
  };

  const tick = () => {
    const rows: VitalsRow[] = [];
    const share = fleet.nodes.length > 1000 ? 0.01 : 0.35;
    for (const node of fleet.nodes) {
      if (node.state === "offline" || random() > share) continue;
      node.cpu = Math.min(0.98, Math.max(0.02, node.cpu + (random() - 0.5) * 0.08));
      node.memory = Math.min(0.95, Math.max(0.05, node.memory + (random() - 0.5) * 0.02));
      rows.push([node.ordinal, node.cpu, node.memory, node.activeTasks]);
    }
    if (rows.length > 0) emit({ kind: "vitals", rows });
  };

  return {
    control,
    async subscribe(onBatch) {
      control.subscriptions += 1;
      clearInterval(drift);
      clearTimeout(flushing);
      flushing = undefined;
      queue = [];
      seq = 0;
      listener = onBatch;
      const nexus = {
        id: "nexus-1",
        name: "nexus-1",
        version: "0.1.0",
        address: settings.exposed ? "0.0.0.0:8765" : "127.0.0.1:8765",
        exposed: settings.exposed,
      };
      emit({ kind: "snapshot", nexus, groups: fleet.groups, nodes: fleet.nodes, executions: executions.views() });
      emit({ kind: "vitals", rows: recentLoad(fleet.nodes, random) });
      if (!options.still) drift = setInterval(tick, 1000);
      if (options.join !== null) setTimeout(control.enrol, options.join);
      return () => {
        if (listener === onBatch) listener = null;
        clearInterval(drift);
      };
    },
    execute: async (request) => executions.start(request),
    cancel: async (id) => executions.cancel(id),
    output: async (id) => executions.output(id),
    join: async () => joinView(settings.exposed),
    settings: async () => settings,
    async saveSettings(patch) {
      if (patch.theme !== undefined && !["system", "dark", "light"].includes(patch.theme))
        throw refusal("invalid_settings", "No such theme.");
      settings = {
        ...settings,
        ...patch,
        restartNeeded: settings.restartNeeded || (patch.exposed !== undefined && patch.exposed !== settings.exposed),
      };
      return settings;
    },
  };
}

/** The last minute of load for the first few hundred nodes, so that sparklines have a past. */
function recentLoad(nodes: readonly NodeView[], random: () => number): VitalsRow[] {
  const rows: VitalsRow[] = [];
  for (const node of nodes.slice(0, 200)) {
    if (node.state === "offline") continue;
    let [cpu, memory] = [node.cpu * (0.75 + 0.3 * random()), node.memory * (0.9 + 0.1 * random())];
    for (let i = 48; i > 0; i--) {
      cpu += (node.cpu - cpu) / i + (random() - 0.5) * 0.05;
      memory += (node.memory - memory) / i + (random() - 0.5) * 0.025;
      rows.push([
        node.ordinal,
        Math.min(1, Math.max(0, cpu)),
        Math.min(1, Math.max(0, memory)),
        Math.max(0, node.activeTasks + (random() < 0.3 ? 1 : 0)),
      ]);
    }
    rows.push([node.ordinal, node.cpu, node.memory, node.activeTasks]);
  }
  return rows;
}

function joinView(exposed: boolean): JoinView {
  const host = exposed ? "192.168.1.10" : "127.0.0.1";
  return {
    lines: [
      { system: "linux", line: `SPORE_SHARED_TOKEN=nx_7Qk2-vTfa-93Lm spore --nexus ws://${host}:8765` },
      { system: "macos", line: `SPORE_SHARED_TOKEN=nx_7Qk2-vTfa-93Lm spore --nexus ws://${host}:8765` },
      {
        system: "windows",
        line: `$env:SPORE_SHARED_TOKEN="nx_7Qk2-vTfa-93Lm"; .\\spore.exe --nexus ws://${host}:8765`,
      },
      {
        system: "docker",
        line: `docker run -d -e SPORE_SHARED_TOKEN=nx_7Qk2-vTfa-93Lm nexus/spore --nexus ws://${host}:8765`,
      },
    ],
    reachable: exposed,
    addresses: exposed ? ["192.168.1.10:8765", "10.0.0.4:8765"] : ["127.0.0.1:8765"],
  };
}
