/** A real headless Nexus and real spores, in a home of their own; the Nexus may be killed and started again. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../attack/victim.mjs";

const TOKEN = "a-shared-token-for-browsers";

export class House {
  #children = [];
  #nexus = null;

  static async build(programs, spores) {
    const house = new House();
    house.programs = programs;
    house.home = mkdtempSync(join(tmpdir(), "nexus-browser-"));
    house.port = await freePort();
    house.url = `http://127.0.0.1:${house.port}/`;
    await house.startNexus();
    house.token = readFileSync(join(house.home, "nexus", "api-token"), "utf8").trim();
    for (let number = 1; number <= spores; number += 1)
      house.#start("spore", [], {
        SPORE_SHARED_TOKEN: TOKEN,
        SPORE_NEXUS_PORT: String(house.port),
        SPORE_DATA_DIR: join(house.home, `spore-${number}`),
        SPORE_NODE_NAME: `spore-${number}`,
        SPORE_LOG: "off",
      });
    await house.allOnline(spores);
    return house;
  }

  async startNexus() {
    this.#nexus = this.#start("nexus", ["serve"], {
      NEXUS_DATA_DIR: join(this.home, "nexus"),
      NEXUS_PORT: String(this.port),
      NEXUS_SHARED_TOKEN: TOKEN,
      NEXUS_LOG: "warn",
    });
    await until("the Nexus listens", () => fetch(`${this.url}readyz`).then(({ ok }) => ok));
  }

  async killNexus() {
    const nexus = this.#nexus;
    const ended = new Promise((resolve) => nexus.once("exit", resolve));
    nexus.kill("SIGKILL");
    await ended;
  }

  async ask(path, method = "GET", body = undefined) {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    const answer = await fetch(`${this.url}api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return text === "" ? null : JSON.parse(text);
  }

  allOnline(count) {
    return until(`${count} nodes are online`, async () => {
      const { nodes } = await this.ask("nodes");
      return nodes.filter((node) => node.is_online).length === count;
    });
  }

  async makeToken(name, role) {
    const body = { name, role, nodes: "*", calls: ["*"], ttl_seconds: 3600 };
    const { secret, token } = await this.ask("tokens", "POST", body);
    return { id: token.id ?? token.token_id, secret };
  }

  revokeToken(id) {
    return this.ask(`tokens/${id}`, "DELETE");
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

  #start(program, args, environment) {
    const env = { PATH: process.env.PATH, HOME: this.home, ...environment };
    const child = spawn(join(this.programs, program), args, { env, stdio: ["ignore", "ignore", "inherit"] });
    this.#children.push(child);
    return child;
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
