/**
 * `npm test`: everything that has to hold, the quick things first.
 * Single stages: `npm test -- rust window`. They are: fmt, types, lint, console, clippy, build, rust, hosts, ui, pictures, browser, attack, window.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildConsole } from "./kit/console.mjs";
import { whyNoHosts } from "./kit/hosts.mjs";
import { browser } from "./kit/needs.mjs";
import { ask, root, tool } from "./kit/process.mjs";
import { check, runStages } from "./kit/stages.mjs";
import { main, Stop } from "./kit/terminal.mjs";
import { setup } from "./setup.mjs";

const cargo = (...args) => ({ command: "cargo", args });

const stages = [
  { name: "fmt", what: "Rust is formatted", run: () => check(cargo("fmt", "--all", "--check")) },
  { name: "types", what: "TypeScript's types hold", run: () => check(tool("typescript/bin/tsc", "-p", "ui")) },
  {
    name: "lint",
    what: "TypeScript and scripts are clean",
    run: () =>
      check(
        tool("@biomejs/biome/bin/biome", "check", "ui", "scripts", "tests/window", "tests/attack", "tests/browser"),
      ),
  },
  { name: "console", what: "the console builds", run: () => buildConsole().then(() => ({ passed: 1, failed: 0 })) },
  {
    name: "clippy",
    what: "Rust is clean",
    run: () => check(cargo("clippy", "--workspace", "--all-targets", "--", "-D", "warnings")),
  },
  { name: "build", what: "everything in Rust builds", run: built },
  { name: "rust", what: "Rust tests", run: after(() => rustTests([], [])) },
  { name: "hosts", what: "a swarm on several hosts, with cut wires and kills", run: after(onHosts) },
  { name: "ui", what: "tests of the console, in Chromium", run: ui },
  { name: "pictures", what: "the console looks as it did", run: pictures },
  { name: "browser", what: "the console in Chromium, from a real Nexus with real spores", run: after(inBrowser) },
  { name: "attack", what: "hostile pages in Chromium, against a real Nexus", run: after(attack) },
  { name: "window", what: "the real window, driven by WebDriver", run: realWindow },
];

const isNextest = () => ask("cargo", ["nextest", "--version"]) !== null;
/** Most of the tests of the whole system wait, for silence or for a clock, and leave the processor to others. */
const atOnce = ["--test-threads", String(2 * availableParallelism())];
/** Where the programs are, so that no test builds them by itself: with fewer crates all that they depend on would be built anew. */
const programs = { SYSTEM_TESTS_PROGRAMS: join(root, "target", "debug") };

/** Once, whichever stages are run. */
let building;
function built() {
  building ??= check(cargo("build", "--workspace", "--bins", "--tests"));
  return building;
}

/** A stage that needs the programs. */
function after(run) {
  return async () => {
    const { failed } = await built();
    return failed > 0 ? { passed: 0, failed, note: "it does not build" } : run();
  };
}

async function onHosts() {
  const why = whyNoHosts();
  if (why) {
    process.stderr.write(`NOT RUN: tests on several hosts: ${why}\n`);
    return { passed: 0, failed: 0, note: `not run: ${why}` };
  }
  return rustTests(["--run-ignored", "only", "-E", "test(/^hosts::/)"], ["hosts::", "--", "--ignored"]);
}

/** Of the whole workspace, for the reason above; which of them run is said to the one program or the other. */
function rustTests(toNextest, toCargo) {
  const all = ["--workspace", "--no-fail-fast"];
  if (!isNextest()) return check({ ...cargo("test", ...all, ...toCargo), env: programs }, countCargo);
  return check({ ...cargo("nextest", "run", ...all, ...atOnce, ...toNextest), env: programs }, countNextest);
}

function ui() {
  const vitest = tool("vitest/vitest.mjs", "run", "--root", "ui");
  return check({ ...vitest, env: { CHROMIUM: browser() ?? "" } }, countVitest);
}

function pictures() {
  const args = [join(root, "ui", "tests", "pictures", "run.mjs")];
  return check({ command: process.execPath, args, env: { CHROMIUM: browser() ?? "" } }, countOurs);
}

function attack() {
  return againstNexus("attack");
}

function inBrowser() {
  return againstNexus("browser");
}

async function againstNexus(folder) {
  const args = [join(root, "tests", folder, "run.mjs")];
  return check({ command: process.execPath, args, env: { CHROMIUM: browser() ?? "" } }, countOurs);
}

async function realWindow() {
  if (process.platform !== "linux") return { passed: 0, failed: 0, note: "on Linux only" };
  // As `npm start` builds it: with what these crates ask for themselves, and nothing that only tests do.
  const alone = await check(cargo("build", "-p", "nexus-desktop", "-p", "nexus", "-p", "spore"));
  if (alone.failed > 0) return { ...alone, note: "it does not build" };
  return check({ command: process.execPath, args: [join(root, "tests", "window", "run.mjs")] }, countOurs);
}

/** `Summary [ 1.2s] 12 tests run: 11 passed (1 slow, 1 flaky), 1 failed, 0 skipped`, then `FLAKY 2/2 [ 0.1s] …` of each. */
function countNextest(said) {
  const [, line, after] = said.match(/(Summary \[.*tests? run: .*)([\s\S]*)/) ?? [];
  if (!line) return null;
  const failed = number(line, /(\d+) failed/) + number(line, /(\d+) timed out/);
  return [number(line, /(\d+) passed/), failed, twice(after, /FLAKY .*\] (.*)/g)];
}

/** The note that names tests which passed only when they were tried again. */
function twice(said, pattern) {
  const names = [...said.matchAll(pattern)].map(([, name]) => name.trim());
  return names.length > 0 ? `only the second time: ${names.join(", ")}` : undefined;
}

/** `test result: ok. 3 passed; 0 failed; …`, one for each program. */
function countCargo(said) {
  const lines = said.match(/^test result: .*/gm) ?? [];
  const sum = (pattern) => lines.reduce((total, line) => total + number(line, pattern), 0);
  return lines.length > 0 ? [sum(/(\d+) passed/), sum(/(\d+) failed/)] : null;
}

/** `Tests  1 failed | 44 passed (45)`, and before it `✓ its name 1200ms (retry x1)`. */
function countVitest(said) {
  const line = said.match(/^ *Tests .*/m)?.[0];
  return line && [number(line, /(\d+) passed/), number(line, /(\d+) failed/), twice(said, /✓ (.*?) \d+ms \(retry x/g)];
}

/** `4 passed, 0 failed` */
function countOurs(said) {
  const line = said.match(/^\d+ passed, \d+ failed/m)?.[0];
  return line && [number(line, /(\d+) passed/), number(line, /(\d+) failed/)];
}

function number(line, pattern) {
  return Number(line.match(pattern)?.[1] ?? 0);
}

await main(async () => {
  const asked = process.argv.slice(2).map((name) => name.replace(/^--/, ""));
  const unknown = asked.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0)
    throw new Stop(`No such stage: ${unknown.join(", ")}. There are: ${stages.map(({ name }) => name).join(", ")}.`);
  await setup({ test: true });
  return runStages(stages, asked.length > 0 ? asked : undefined);
});
