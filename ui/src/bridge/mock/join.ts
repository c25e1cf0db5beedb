/** The lines that a simulated host offers to machines that want to join. */
import type { JoinView } from "../types";

const CODE = "nxj_AbGm3o1Xo0Qm9Jx5t2sVYF0m4dE1xq8hN7cK6w_uPzR2TqLw9v0y3aBfXk5jHs8dEiEwMTkyLjE2OC4xLjEwOjg3NjVmV3Jp";

export function joinView(exposed: boolean): JoinView {
  return {
    lines: [
      { system: "linux", line: `spore join ${CODE}` },
      { system: "macos", line: `spore join ${CODE}` },
      { system: "windows", line: `.\\spore.exe join ${CODE}` },
      { system: "docker", line: `docker run -d -v nexus-spore:/data -e SPORE_JOIN_CODE=${CODE} nexus-spore` },
    ],
    reachable: exposed,
    addresses: exposed ? ["192.168.1.10:8765", "10.0.0.4:8765"] : ["127.0.0.1:8765"],
  };
}
