/** The lines that a simulated host offers to machines that want to join, and fingerprints that look like real ones. */
import type { JoinCodeView, JoinView } from "../types";
import { seeded } from "./random";

const CODE = "nxj_AbGm3o1Xo0Qm9Jx5t2sVYF0m4dE1xq8hN7cK6w_uPzR2TqLw9v0y3aBfXk5jHs8dEiEwMTkyLjE2OC4xLjEwOjg3NjVmV3Jp";

export function joinView(exposed: boolean, code: JoinCodeView): JoinView {
  const text = `${CODE}${code.id.slice(0, 8)}`;
  const network = exposed ? "" : "--network host ";
  return {
    lines: [
      { system: "linux", line: `spore join ${text}` },
      { system: "macos", line: `spore join ${text}` },
      { system: "windows", line: `.\\spore.exe join ${text}` },
      {
        system: "docker",
        line: `docker run -d --restart unless-stopped -v nexus-spore:/data ${network}-e SPORE_JOIN_CODE=${text} nexus-spore`,
      },
    ],
    reachable: exposed,
    addresses: exposed ? ["192.168.1.10:8765", "10.0.0.4:8765"] : ["127.0.0.1:8765"],
    fingerprint: fingerprintOf("this nexus"),
    code: structuredClone(code),
  };
}

/** A key's: eight groups of four hexadecimal digits; the same for the same text. */
export const fingerprintOf = (text: string): string => digits(text, 8, 4).join(" ");

/** A certificate's: thirty-two bytes with colons between. */
export const certificateOf = (text: string): string => digits(text, 32, 2).join(":");

function digits(text: string, groups: number, length: number): string[] {
  const random = seeded([...text].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7));
  const group = (): string => Math.floor(random() * 16 ** length).toString(16);
  return Array.from({ length: groups }, () => group().padStart(length, "0"));
}
