/** The lines that a simulated host offers to machines that want to join. */
import type { JoinView } from "../types";

export function joinView(exposed: boolean): JoinView {
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
