/** Calls of before on the simulated host, kept as the Nexus keeps them: by method, the newest twenty without a name. */
import type { SavedCallRequest, SavedCallView } from "../types";
import { refusal } from "./executions";
import type { SavedBridge } from "./parts";

const MOST_RECENT = 20;
const MOST_NAMED = 200;
const MINUTE = 60_000;

export function savedCallsOf(): SavedBridge {
  let calls: SavedCallView[] = BEFORE.map((call, i) => ({
    ...call,
    id: `saved-${i}`,
    usedAt: new Date(Date.now() - (i + 1) * (i + 3) * 11 * MINUTE).toISOString(),
  }));
  const same = (a: SavedCallRequest, b: SavedCallRequest) =>
    a.skill === b.skill &&
    a.method === b.method &&
    a.name === b.name &&
    (a.name !== "" || JSON.stringify(a.parameters) === JSON.stringify(b.parameters));
  return {
    savedCalls: async (skill, method) => {
      const own = calls.filter((call) => call.skill === skill && call.method === method);
      const named = own.filter(({ name }) => name !== "").sort((a, b) => a.name.localeCompare(b.name));
      const recent = own.filter(({ name }) => name === "").sort((a, b) => b.usedAt.localeCompare(a.usedAt));
      return structuredClone([...named, ...recent]);
    },
    putSavedCall: async (request) => {
      if (request.name.length > 80) throw refusal("invalid", "A name has at most 80 characters.");
      const rest = calls.filter((call) => !same(call, request));
      if (request.name !== "" && rest.filter(({ name }) => name !== "").length >= MOST_NAMED)
        throw refusal("limit", "There are 200 saved calls. Remove one first.");
      const call: SavedCallView = { ...request, id: crypto.randomUUID(), usedAt: new Date().toISOString() };
      const recent = [call, ...rest].filter(
        (one) => one.name === "" && one.skill === request.skill && one.method === request.method,
      );
      const old = new Set(recent.slice(MOST_RECENT).map(({ id }) => id));
      calls = [call, ...rest].filter(({ id }) => !old.has(id));
      return structuredClone(call);
    },
    removeSavedCall: async (id) => {
      calls = calls.filter((call) => call.id !== id);
    },
  };
}

const shell = (command: string, name = ""): SavedCallRequest => ({
  skill: "ShellSkill",
  method: "run",
  name,
  parameters: { command, cwd: "." },
  timeoutSeconds: name === "" ? 30 : 300,
  summary: command,
  incomplete: false,
});
const BEFORE: SavedCallRequest[] = [
  shell("journalctl -u postgresql --since '1 hour ago' --no-pager", "PostgreSQL, last hour"),
  shell("df -h --output=target,pcent -x tmpfs"),
  shell("systemctl --failed"),
  shell("apt-get -s upgrade | grep ^Inst", "What would be upgraded"),
  shell("ss -tlnp"),
];
