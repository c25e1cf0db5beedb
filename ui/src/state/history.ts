/**
 * The last 60 load samples of each node, one byte a value, for sparklines. Rings are made when the first sample
 * arrives, for at most 20,000 nodes, so that a very large fleet does not pay for curves nobody looks at.
 * Not here: time axes or long history (the console keeps none).
 */
export const SAMPLES = 60;
const MAX_RINGS = 20_000;

export type Metric = "cpu" | "memory" | "tasks";
const OFFSET: Record<Metric, number> = { cpu: 0, memory: SAMPLES, tasks: 2 * SAMPLES };

type Ring = { id: string; bytes: Uint8Array; length: number; next: number };

export class History {
  #rings = new Map<number, Ring>();

  /** True at first sight of a node (or of another node at this ordinal). */
  seed(ordinal: number, id: string): boolean {
    if (this.#rings.get(ordinal)?.id === id) return false;
    if (this.#rings.size >= MAX_RINGS && !this.#rings.has(ordinal)) return false;
    this.#rings.set(ordinal, { id, bytes: new Uint8Array(3 * SAMPLES), length: 0, next: 0 });
    return true;
  }

  push(ordinal: number, cpu: number, memory: number, tasks: number): void {
    const ring = this.#rings.get(ordinal);
    if (!ring) return;
    ring.bytes[OFFSET.cpu + ring.next] = Math.round(cpu * 255);
    ring.bytes[OFFSET.memory + ring.next] = Math.round(memory * 255);
    ring.bytes[OFFSET.tasks + ring.next] = Math.min(255, tasks);
    ring.next = (ring.next + 1) % SAMPLES;
    ring.length = Math.min(SAMPLES, ring.length + 1);
  }

  /** Oldest first; load as fractions, tasks as counts. */
  read(ordinal: number, metric: Metric): number[] {
    const ring = this.#rings.get(ordinal);
    if (!ring) return [];
    const scale = metric === "tasks" ? 1 : 1 / 255;
    const start = (ring.next - ring.length + SAMPLES) % SAMPLES;
    return Array.from(
      { length: ring.length },
      (_, i) => (ring.bytes[OFFSET[metric] + ((start + i) % SAMPLES)] ?? 0) * scale,
    );
  }
}
