/** A real Nexus with a real spore, in a home of their own, and what an attack may have changed there. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TOKEN = "a-shared-token-for-attacks";

export class Victim {
  #children = [];

  /** `environment` and `flags` are the Nexus'. */
  static async start(programs, environment = {}, flags = []) {
    const victim = new Victim();
    victim.home = mkdtempSync(join(tmpdir(), "nexus-attack-"));
    victim.port = await freePort();
    victim.mark = join(victim.home, "mark");
    const data = join(victim.home, "nexus");
    const common = { PATH: process.env.PATH, HOME: victim.home };
    victim.#start(join(programs, "nexus"), ["serve", ...flags], {
      ...common,
      NEXUS_DATA_DIR: data,
      NEXUS_PORT: String(victim.port),
      NEXUS_SHARED_TOKEN: TOKEN,
      NEXUS_LOG: "warn",
      ...environment,
    });
    await until("the Nexus listens", () => fetch(`http://127.0.0.1:${victim.port}/readyz`).then(({ ok }) => ok));
    victim.token = readFileSync(join(data, "api-token"), "utf8").trim();
    victim.#start(join(programs, "spore"), [], {
      ...common,
      SPORE_SHARED_TOKEN: TOKEN,
      SPORE_NEXUS_PORT: String(victim.port),
      SPORE_DATA_DIR: join(victim.home, "spore"),
      SPORE_NODE_NAME: "victim",
      SPORE_LOG: "off",
    });
    const online = () => victim.ask("/api/v1/nodes").then(({ nodes }) => nodes.find((node) => node.is_online));
    victim.node = (await until("the spore is online", online)).node_id;
    victim.before = await victim.state();
    return victim;
  }

  async ask(path) {
    const headers = { authorization: `Bearer ${this.token}` };
    return (await fetch(`http://127.0.0.1:${this.port}${path}`, { headers })).json();
  }

  /** Everything that a request could have changed. */
  async state() {
    const { nodes } = await this.ask("/api/v1/nodes");
    const state = {
      nodes: nodes.map(({ node_id, node_name, trust, is_online }) => ({ node_id, node_name, trust, is_online })),
      marked: existsSync(this.mark),
    };
    for (const path of ["executions", "join-codes", "tokens", "waiting"])
      state[path] = await this.ask(`/api/v1/${path}`);
    return JSON.stringify(state);
  }

  /** That it works at all: somebody with the token makes the mark. */
  async worksForItsOwner() {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1/nodes/${this.node}/execute`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: JSON.stringify({
        skill_name: "ShellSkill",
        method_name: "run",
        parameters: { command: `touch ${this.mark}` },
      }),
    });
    return answer.ok && existsSync(this.mark);
  }

  async clear() {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(hard);
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #start(command, args, env) {
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    this.#children.push(child);
  }
}

async function until(what, ask) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** A port that nobody has. */
export function freePort(port = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
