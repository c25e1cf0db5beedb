/**
 * A desk to put the window on: a screen in memory, a WebDriver, and a home of its own, so that nothing of the
 * person who runs the tests is read or written.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bus } from "./bus.mjs";
import { Session } from "./webdriver.mjs";

export class Desk {
  #children = [];
  #session = null;

  /** `environment` is added to the window's. With a bus the desktop shows notices, and they can be clicked. */
  static async set(environment = {}, withBus = false) {
    const desk = new Desk();
    desk.home = mkdtempSync(join(tmpdir(), "nexus-desk-"));
    desk.data = join(desk.home, "nexus");
    mkdirSync(join(desk.home, "run"), { mode: 0o700 });
    const display = await desk.#screen();
    desk.environment = {
      PATH: process.env.PATH,
      HOME: desk.home,
      TMPDIR: tmpdir(),
      XDG_RUNTIME_DIR: join(desk.home, "run"),
      DISPLAY: `:${display}`,
      NEXUS_DATA_DIR: desk.data,
      NEXUS_PORT: String(await freePort()),
      TAURI_WEBVIEW_AUTOMATION: "true",
      // The steps type command lines, which the policy of a new node would refuse.
      SPORE_POLICY: "full",
      ...environment,
    };
    if (withBus) {
      desk.bus = await Bus.start(join(desk.home, "run"));
      desk.environment.DBUS_SESSION_BUS_ADDRESS = desk.bus.address;
    }
    return desk;
  }

  /** Opens the window, with a driver of its own. Only one at a time. */
  async open(binary) {
    const port = await freePort();
    this.#start("WebKitWebDriver", [`--port=${port}`], {
      env: this.environment,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const driver = `http://127.0.0.1:${port}`;
    await until("the driver listens", () =>
      fetch(`${driver}/status`)
        .then(({ ok }) => ok)
        .catch(() => false),
    );
    this.#session = await Session.open(driver, binary);
    return this.#session;
  }

  /** Starts a program without a driver. */
  launch(binary) {
    const child = this.#start(binary, [], { env: this.environment, stdio: ["ignore", "ignore", "inherit"] });
    const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
    return { child, ended };
  }

  /** Runs a line in a shell, with a home of its own. `exec` makes it one process, so that a kill hits the program. */
  shell(line, environment) {
    const [, settings, program] = line.match(/^((?:\w+=\S+ )*)(.*)$/);
    return this.#start("/bin/sh", ["-c", `${settings}exec ${program}`], {
      env: { PATH: process.env.PATH, HOME: this.home, ...environment },
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  /** Closes the window as the operator would: the program ends in order. */
  async close() {
    await this.#session?.close().catch(() => {});
    this.#session = null;
  }

  /** Puts everything away. */
  async clear() {
    await this.close();
    // WebKit's own processes end by themselves, and write down what they know before they do.
    await until("all is quiet", () => this.#users().length === 0, 10_000).catch(() => {});
    this.bus?.stop();
    for (const child of this.#children.reverse()) await end(child);
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Processes that live in our home, besides those that we started and end ourselves. */
  #users() {
    const ours = new Set(this.#children.map(({ pid }) => String(pid)));
    return readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid) || ours.has(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HOME=${this.home}\0`);
      } catch {
        return false;
      }
    });
  }

  async #screen() {
    const args = ["-displayfd", "3", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"];
    const xvfb = this.#start("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    return new Promise((resolve, reject) => {
      xvfb.stdio[3].once("data", (number) => resolve(String(number).trim()));
      xvfb.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}`)));
    });
  }

  #start(command, args, options) {
    const child = spawn(command, args, options);
    this.#children.push(child);
    return child;
  }
}

/** Asks until the answer is neither false nor null nor undefined; that is what it resolves to. */
export async function until(what, ask, patience = 30_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain until ${what}`);
    await pause(60);
  }
}

/** True after so many milliseconds. */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(() => resolve(true), ms));
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(hard);
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
