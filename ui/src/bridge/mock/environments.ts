/**
 * Other Nexuses that are not there: two are known, any address but a few answers. Tokens begin with "nxs_".
 * Not here: what they look after; switching shows the same swarm.
 */
import type { EnvironmentBridge, EnvironmentView } from "../types";
import { refusal } from "./executions";
import { certificateOf } from "./join";

export function simulatedEnvironments(): EnvironmentBridge {
  let known: EnvironmentView[] = [
    { id: "here", name: "production", address: "", kind: "here", current: true, state: "online" },
    { id: "staging", name: "staging", address: "10.8.0.2:8765", kind: "remote", current: false, state: "online" },
    { id: "lab", name: "lab", address: "lab.internal:8765", kind: "remote", current: false, state: "offline" },
  ];
  return {
    environments: async () => structuredClone(known),
    switchEnvironment: async (id) => {
      const wanted = known.find((one) => one.id === id);
      if (!wanted) throw refusal("environment_unknown", "This environment is not known any more.");
      if (wanted.state === "offline") throw refusal("unreachable", `${wanted.address} does not answer.`);
      known = known.map((one) => ({ ...one, current: one.id === id }));
    },
    probeEnvironment: async (address) => {
      if (!/^[\w.-]+(:\d{1,5})?$/.test(address))
        throw refusal("address", "This is no address. Write host or host:port.");
      if (/nowhere/.test(address))
        throw refusal("unreachable", `Nobody answers at ${address}. Is the Nexus on, and exposed?`);
      const whole = address.includes(":") ? address : `${address}:8765`;
      return { address: whole, fingerprint: certificateOf(address), trusted: false };
    },
    addEnvironment: async (name, address, fingerprint, token) => {
      if (![certificateOf(address), certificateOf(address.replace(/:8765$/, ""))].includes(fingerprint))
        throw refusal("fingerprint", "Another Nexus answers there now.");
      if (!token.startsWith("nxs_")) throw refusal("unauthorized", "The Nexus does not know this token.");
      const made: EnvironmentView = {
        id: crypto.randomUUID(),
        name,
        address,
        kind: "remote",
        current: false,
        state: "online",
      };
      known = [...known, made];
      return structuredClone(made);
    },
    removeEnvironment: async (id) => {
      known = known.filter((one) => one.id !== id || one.current);
    },
  };
}
