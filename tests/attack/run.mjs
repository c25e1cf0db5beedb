/**
 * Attacks a real Nexus from a real browser: a hostile page of another origin, and one whose name was rebound to the Nexus, so
 * that the browser takes them for one. Nothing may be read, started or changed. `node tests/attack/run.mjs [directory of the
 * programs]`; environment: CHROMIUM, the browser's path.
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { careless, hostile, rebinding } from "./servers.mjs";
import { freePort, Victim } from "./victim.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const programs = resolve(process.argv[2] ?? join(here, "..", "..", "target", "debug"));
const script = readFileSync(join(here, "page.js"), "utf8");
const kinds = ["requests", "sockets", "forms", "inclusions", "oddities"];
/** What a second name for the same thing is tried with. */
const brief = ["requests", "sockets"];
/** Names that end like a good one, or begin like one; an attacker can have them all. */
const rebound = [
  "rebind.test",
  "localhost.rebind.test",
  "127.0.0.1.rebind.test",
  "nexus.rebind.test",
  "rebind.localhost.test",
];

let passed = 0;
let failed = 0;
let tries = 0;

function tell(what, problem) {
  if (problem) failed += 1;
  else passed += 1;
  process.stdout.write(`  ${problem ? "✗" : "✓"} ${what}${problem ? `: ${problem}` : ""}\n`);
}

async function browse(rules) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", `--host-resolver-rules=${rules}`],
  });
}

/** One kind of attack from one page; what it got hold of. */
async function attack(page, kind, options) {
  const results = await page.evaluate(([kind, options]) => window.attacks[kind](options), [kind, options]);
  tries += results.length;
  return { results, caught: results.filter(({ seen }) => seen !== null) };
}

const list = (caught) =>
  caught.length > 0
    ? caught
        .map(({ name, seen }) => `${name} → ${seen}`)
        .join("; ")
        .slice(0, 2000)
    : null;

/** From another origin: http://evil.test. */
async function fromElsewhere(victim) {
  const server = await hostile(script);
  const browser = await browse("MAP evil.test 127.0.0.1");
  try {
    for (const host of ["127.0.0.1", "localhost"]) {
      for (const kind of host === "localhost" ? brief : kinds) {
        const page = await browser.newPage();
        await page.goto(`http://evil.test:${server.port}/`);
        const options = {
          target: `${host}:${victim.port}`,
          node: victim.node,
          mark: victim.mark,
          brief: host === "localhost",
        };
        const { results, caught } = await attack(page, kind, options);
        tell(`another origin at ${host}, ${kind}: ${results.length} tries`, list(caught));
        await page.close();
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
}

/** From what the browser takes for the same origin. */
async function fromReboundNames(victim) {
  const server = await rebinding(script, victim.port);
  const browser = await browse(`MAP *.test ${server.host}`);
  try {
    const pages = [];
    for (const name of rebound) {
      const page = await browser.newPage();
      await page.goto(`http://${name}:${server.port}/`);
      pages.push([name, page]);
    }
    server.rebind();
    for (const [name, page] of pages) {
      const first = name === rebound[0];
      const options = { target: `${name}:${server.port}`, node: victim.node, mark: victim.mark, brief: !first };
      for (const kind of first ? kinds : brief) {
        const { results, caught } = await attack(page, kind, options);
        // The page can read what the Nexus answers: that shows that it was reached at all.
        const refused = results.filter(({ status }) => status === 403 || status === 401).length;
        const reached = kind !== "requests" || refused > results.length / 2;
        tell(
          `${name} rebound, ${kind}: ${results.length} tries`,
          list(caught) ?? (reached ? null : "the Nexus was not reached"),
        );
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
}

/** Attacks that never succeed show nothing; against somebody careless they must. */
async function control() {
  process.stdout.write("\nsomebody careless\n");
  const victim = await careless();
  const server = await hostile(script);
  const browser = await browse("MAP evil.test 127.0.0.1");
  try {
    for (const kind of ["requests", "sockets", "inclusions"]) {
      const page = await browser.newPage();
      await page.goto(`http://evil.test:${server.port}/`);
      const options = { target: `127.0.0.1:${victim.port}`, node: "n", mark: "/nowhere" };
      const results = await page.evaluate(([kind, options]) => window.attacks[kind](options), [kind, options]);
      const caught = results.filter(({ seen }) => seen !== null).length;
      tell(`${kind}: ${caught} of ${results.length} succeed`, caught > 0 ? null : "the attack itself does not work");
      await page.close();
    }
  } finally {
    await browser.close();
    server.close();
    victim.close();
  }
}

/** `port`: where, instead of the Nexus' own. */
async function siege(title, environment, flags, port) {
  process.stdout.write(`\n${title}\n`);
  const victim = await Victim.start(programs, environment, flags);
  try {
    const there = { node: victim.node, mark: victim.mark, port: port ?? victim.port };
    await fromElsewhere(there);
    await fromReboundNames(there);
    const after = await victim.state();
    tell("nothing was started or changed", after === victim.before ? null : `${victim.before} became ${after}`);
    tell("and its owner is served", (await victim.worksForItsOwner()) ? null : "it is not");
  } finally {
    await victim.clear();
  }
}

await control();
await siege("as it is by default", {}, []);
await siege("with an API that is open to this machine", { NEXUS_OPEN_API: "loopback" }, []);
const old = await freePort(8000).catch(() => null);
if (old) await siege("in place of the prototype, and at its port", {}, ["--compat", "prototype"], old);
else process.stdout.write("\nnot attacked in place of the prototype: somebody else has port 8000\n");
process.stdout.write(`\n${tries} tries\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
