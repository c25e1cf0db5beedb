/**
 * The console in a real browser, served by a real headless Nexus with real spores, as an operator uses it: sign in, click a
 * star, run something, stop it, run on many, stop everything, and go on after the Nexus was killed.
 * `node tests/browser/run.mjs [directory of the programs]`; environment: CHROMIUM, the browser's path. Pictures go to
 * target/browser-shots.
 */
import { strict as assert } from "node:assert";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { House } from "./house.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const programs = resolve(process.argv[2] ?? join(root, "target", "debug"));
const shots = join(root, "target", "browser-shots");
const over = ["succeeded", "failed", "timed_out", "cancelled", "unknown", "expired", "refused"];

/** Steps build on each other. */
const steps = {
  "a stranger sees a door and nothing behind it": async ({ page, house }) => {
    await page.goto(house.url);
    await page.getByTestId("sign-in").waitFor();
    await page.getByTestId("sign-in-token").fill("nxs_wrong");
    await page.getByTestId("sign-in-go").click();
    await page.getByText("does not know this token").waitFor();
  },
  "the owner's token opens it, and a reload asks nobody again": async ({ page, house }) => {
    await page.getByTestId("sign-in-token").fill(house.token);
    await page.getByTestId("sign-in-go").click();
    await page.getByTestId("link-state").waitFor();
    await stars(page, 3);
    await page.reload();
    await stars(page, 3);
    const cookies = await page.context().cookies();
    assert.equal(cookies.length, 1);
    assert.ok(cookies[0].httpOnly && cookies[0].sameSite === "Strict");
    assert.ok(!(await page.evaluate(() => document.cookie + JSON.stringify(localStorage))).includes(house.token));
    const settings = page.getByTestId("settings-page");
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    await settings.waitFor();
    assert.equal(await page.getByTestId("run-local-spore").count(), 0, "the machine of the Nexus is set there");
    await page.getByRole("button", { name: "Map", exact: true }).first().click();
  },
  "a click on a star runs a command, and its output comes": async ({ page }) => {
    await clickStar(page, "spore-1");
    await page.getByTestId("node-drawer").waitFor();
    await page.getByTestId("tab-execute").click();
    await run(page, "echo hello from a browser; printf zażółć; exit 3");
    const { state, output } = await ended(page);
    assert.equal(state, "failed");
    assert.ok(output.includes("hello from a browser") && output.includes("zażółć"), output);
  },
  "what runs is stopped": async ({ page }) => {
    await run(page, "while true; do echo beat; sleep 0.2; done");
    await page.getByText("beat").first().waitFor();
    await page.getByTestId("stop").click();
    assert.equal((await ended(page)).state, "cancelled");
  },
  "output is written to the downloads": async ({ page }) => {
    const coming = page.waitForEvent("download");
    await page.getByTestId("download-output").click();
    const file = await coming;
    assert.match(file.suggestedFilename(), /^output-.*\.txt$/);
  },
  "the machine tells of itself": async ({ page }) => {
    await page.getByTestId("tab-overview").click();
    await page.getByTestId("process").first().waitFor({ timeout: 30_000 });
  },
  "a job runs on all of them, and its outputs are folded": async ({ page }) => {
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Nodes", exact: true }).first().click();
    await page.getByTestId("node-table").waitFor();
    await page.getByTestId("select-all").click();
    await page.getByTestId("many-panel").waitFor();
    await page.getByTestId("field-command").fill("echo the same everywhere");
    // A shell may destroy things, so the number of nodes is typed.
    await page.getByTestId("confirm-count").fill("3");
    await page.getByTestId("run").click();
    await page.getByText("the same everywhere").last().waitFor();
  },
  "the Nexus is killed and comes back, and so does everybody": async ({ page, house }) => {
    await page.getByRole("button", { name: "Map", exact: true }).first().click();
    await house.killNexus();
    await page.locator('[data-testid="link-state"]:not([data-state="live"])').waitFor();
    await house.startNexus();
    // A session is kept in memory, so the door asks once more.
    await page.getByTestId("sign-in").waitFor({ timeout: 30_000 });
    await page.getByTestId("sign-in-token").fill(house.token);
    await page.getByTestId("sign-in-go").click();
    await stars(page, 3);
    await house.allOnline(3);
  },
  "a revoked token ends the console": async ({ browser, house }) => {
    const { id, secret } = await house.makeToken("visitor", "viewer");
    const page = await (await browser.newContext()).newPage();
    await page.goto(house.url);
    await page.getByTestId("sign-in-token").fill(secret);
    await page.getByTestId("sign-in-go").click();
    await stars(page, 3);
    await house.revokeToken(id);
    await page.getByTestId("sign-in").waitFor({ timeout: 30_000 });
    await page.context().close();
  },
};

const stars = (page, count) =>
  page.waitForFunction((count) => document.querySelectorAll('[data-testid="star"]').length === count, count);

async function clickStar(page, name) {
  let before = "";
  for (;;) {
    const place = await page.evaluate((name) => {
      const star = [...document.querySelectorAll('[data-testid="star"]')].find((star) =>
        star.textContent.startsWith(name),
      );
      if (!star?.dataset.x) return null;
      const map = document.querySelector('[data-testid="map-canvas"]').getBoundingClientRect();
      return [map.x + Number(star.dataset.x), map.y + Number(star.dataset.y)];
    }, name);
    if (place && String(place) === before) return page.mouse.click(...place);
    before = String(place);
    await page.waitForTimeout(200);
  }
}

async function run(page, command) {
  const shown = () => page.evaluate(() => document.querySelector("[data-execution]")?.dataset.execution ?? "");
  const before = await shown();
  await page.getByTestId("field-command").fill(command);
  await page.getByTestId("run").click();
  await page.waitForFunction(
    (before) => (document.querySelector("[data-execution]")?.dataset.execution ?? before) !== before,
    before,
  );
}

async function ended(page) {
  const state = page.getByTestId("execution-state").first();
  await page.waitForFunction(
    (over) => over.includes(document.querySelector('[data-testid="execution-state"]')?.dataset.state),
    over,
  );
  const output = page.getByTestId("output").first();
  return { state: await state.getAttribute("data-state"), output: await output.textContent() };
}

mkdirSync(shots, { recursive: true });
const house = await House.build(programs, 3);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
let [passed, failed] = [0, 0];
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" })).newPage();
  const broken = [];
  page.on("pageerror", (error) => broken.push(error.message));
  page.on("console", (said) => {
    // The browser itself tells of every answer that is no success; those are asked for here.
    if (said.type() === "error" && !/Failed to load resource|WebSocket connection/.test(said.text()))
      broken.push(said.text());
  });
  for (const [what, step] of Object.entries(steps)) {
    try {
      await step({ page, browser, house });
      assert.deepEqual(broken.splice(0), [], "the page is whole");
      process.stdout.write(`  ✓ ${what}\n`);
      passed += 1;
    } catch (error) {
      process.stdout.write(`  ✗ ${what}: ${error.message}\n`);
      failed += 1;
      await page.screenshot({ path: join(shots, "failed.png") });
      break;
    }
    await page.screenshot({ path: join(shots, `${what.replace(/\W+/g, "-").slice(0, 60)}.png`) });
  }
} finally {
  await browser.close();
  await house.clear();
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
