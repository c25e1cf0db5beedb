/** Checks what may take for ever where it can be ended. Not here: who ends it (judge.ts). */
import type { JsonValue } from "../../bridge/types";
import { faultsIn } from "./faults";

type Ask = { schema: JsonValue; value: JsonValue };

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  self.postMessage(faultsIn(data.schema, data.value));
};
