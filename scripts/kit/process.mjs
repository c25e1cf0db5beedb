/** Starting other programs. Nothing here goes through a shell, except npm on Windows, which is a batch file. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stop } from "./terminal.mjs";

/** The repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const windows = process.platform === "win32";

/** Path of a program, or null. */
export function which(name) {
  const endings = windows ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (folder && existsSync(file)) return file;
    }
  }
  return null;
}

/** Standard output of a quick program, or null when it fails or is not there. */
export function ask(command, args = []) {
  const answer = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return answer.status === 0 ? answer.stdout.trim() : null;
}

/** Runs a program in front of the person; throws when it fails. */
export async function run(command, args, options = {}) {
  const { code } = await watch(command, args, { ...options, quiet: true });
  if (code !== 0) throw new Stop(`${command} ${args.join(" ")} ended with code ${code}`);
}

/**
 * Runs a program; resolves to its code and, unless `quiet`, what it said. What it says is shown as it comes.
 * Interrupting us interrupts it: we wait for its end.
 */
export function watch(command, args, { env, cwd = root, quiet = false, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = quiet ? "inherit" : ["inherit", "pipe", "pipe"];
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, shell });
    let said = "";
    for (const [pipe, ours] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      pipe?.on("data", (data) => {
        said += data;
        ours.write(data);
      });
    }
    const pass = (signal) => child.kill(signal);
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, pass);
    child.on("error", (error) => reject(new Stop(`${command} cannot be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, pass);
      resolve({ code: code ?? `signal ${signal}`, said });
    });
  });
}

/** Command and arguments that run npm itself. */
export function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js")) return { command: process.execPath, args: [script, ...args] };
  return { command: "npm", args, shell: windows };
}

/** Command and arguments that run a tool out of node_modules. */
export function tool(script, ...args) {
  return { command: process.execPath, args: [join(root, "node_modules", script), ...args] };
}
