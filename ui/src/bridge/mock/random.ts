/**
 * A small seeded generator, so that a simulated swarm is the same for everybody who names the same seed,
 * and the recent past of load that is made with it.
 */
import type { NodeView, VitalsRow } from "../types";

export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** The last minute of load for the first few hundred nodes, so that sparklines have a past. */
export function recentLoad(nodes: readonly NodeView[], random: Random): VitalsRow[] {
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
