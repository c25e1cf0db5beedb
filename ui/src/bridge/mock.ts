/**
 * A simulated host with the same types as the real one, so that the whole console also runs in a browser: a swarm
 * from the URL (?n=&seed=), load that drifts, executions that stream and can be stopped, refusals that really occur.
 * `?still=1` freezes the drift for pictures, `?join=<ms>` lets a node appear; tests hold `control`.
 */
import { type MockOptions, SimulatedHost } from "./mock/host";
import type { Bridge, FeedEvent, NodeView } from "./types";

export type { MockOptions };
export type MockControl = {
  readonly nodes: NodeView[];
  readonly subscriptions: number;
  emit(...events: FeedEvent[]): void;
  disconnect(ordinal: number): void;
  reconnect(ordinal: number): void;
  enrol(): NodeView;
  skipBatches(count: number): void;
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
const MOST_NODES = 200_000;

export function mockOptionsFromUrl(search: string): Partial<MockOptions> {
  const url = new URLSearchParams(search);
  const theme = url.get("theme");
  const options: Partial<MockOptions> = { still: url.has("still"), exposed: url.has("exposed") };
  for (const name of ["n", "seed", "join"] as const) {
    const value = Number(url.get(name) ?? Number.NaN);
    if (Number.isFinite(value)) options[name] = Math.min(MOST_NODES, Math.max(0, Math.trunc(value)));
  }
  if (theme === "dark" || theme === "light") options.theme = theme;
  return options;
}

export function createMockBridge(given: Partial<MockOptions> = {}): MockBridge {
  const host = new SimulatedHost({ ...DEFAULTS, ...given });
  const at = (ordinal: number) => host.nodes[ordinal] as NodeView;
  return {
    control: {
      nodes: host.nodes,
      get subscriptions() {
        return host.subscriptions;
      },
      emit: (...events) => host.emit(...events),
      disconnect: (ordinal) => host.lose(at(ordinal)),
      reconnect: (ordinal) => host.reconnect(at(ordinal)),
      enrol: () => host.enrol(),
      skipBatches: (count) => host.skipBatches(count),
    },
    subscribe: async (onBatch) => host.subscribe(onBatch),
    execute: async (request) => host.executions.start(request),
    cancel: async (id) => host.executions.cancel(id),
    output: async (id) => host.executions.output(id),
    join: async () => host.join(),
    settings: async () => host.settings,
    saveSettings: async (patch) => host.saveSettings(patch),
  };
}
