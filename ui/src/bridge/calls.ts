/**
 * A bridge out of one function that makes any call by its name. The types say which names there are; the other side
 * refuses every other one. Not here: how a call travels.
 */
import type { Bridge, BridgeError } from "./types";

export type MakeCall = (name: string, args: unknown[]) => Promise<unknown>;

/** `own` holds what is not a call, or is made another way. */
export function byName(call: MakeCall, own: Pick<Bridge, "subscribe" | "onOpen" | "place"> & Partial<Bridge>): Bridge {
  return new Proxy(own, {
    get(target, name) {
      if (typeof name !== "string") return undefined;
      // A promise is asked for `then`; a bridge is none.
      if (name === "then") return undefined;
      // What is there but undefined is what this host has not.
      return name in target ? Reflect.get(target, name) : (...args: unknown[]) => call(name, args);
    },
  }) as Bridge;
}

export function toBridgeError(reason: unknown): BridgeError {
  if (reason && typeof reason === "object" && "code" in reason && "message" in reason) return reason as BridgeError;
  return { code: "host", message: typeof reason === "string" ? reason : String(reason) };
}
