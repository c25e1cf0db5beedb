/**
 * Decides where a value is checked against its schema: at once when that is harmless, in a worker with a limit of time
 * when it is not, nowhere when it is too much. The node checks in any case, so "not checked here" is no reason to refuse.
 * Not here: what is checked (faults.ts).
 */
import type { JsonValue } from "../../bridge/types";
import { type Fault, faultsIn } from "./faults";
import { sizeOf } from "./refs";
import { tooLong, weigh } from "./safety";

/** `checked` false: nobody looked, because it would have taken too long. */
export type Judgement = { faults: readonly Fault[]; checked: boolean };

const PATIENCE_MS = 700;
const LARGEST_VALUE = 20_000;
const UNCHECKED: Judgement = { faults: [], checked: false };

export async function judge(schema: JsonValue, value: JsonValue, patienceMs = PATIENCE_MS): Promise<Judgement> {
  const weight = weigh(schema);
  if (weight === "huge") return UNCHECKED;
  const size = sizeOf(value, LARGEST_VALUE);
  if (size >= LARGEST_VALUE) return UNCHECKED;
  if (weight === "light" && size < 2000 && !holdsLongText(value)) return judged(faultsIn(schema, value));
  return judged(await inWorker(schema, value, patienceMs));
}

function judged(faults: readonly Fault[] | null): Judgement {
  return faults === null ? UNCHECKED : { faults, checked: true };
}

function holdsLongText(value: JsonValue): boolean {
  if (value === null || typeof value !== "object") return tooLong(value);
  return (Array.isArray(value) ? value : Object.values(value)).some((part) => tooLong(part));
}

function inWorker(schema: JsonValue, value: JsonValue, patienceMs: number): Promise<readonly Fault[] | null> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = new Worker(new URL("./check.worker.ts", import.meta.url), { type: "module" });
    } catch {
      resolve(null);
      return;
    }
    const end = (faults: readonly Fault[] | null) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(faults);
    };
    // A worker that is not there yet needs its time too, so this is generous.
    const timer = setTimeout(() => end(null), patienceMs);
    worker.onmessage = ({ data }: MessageEvent<readonly Fault[] | null>) => end(data);
    worker.onerror = () => end(null);
    worker.postMessage({ schema, value });
  });
}
