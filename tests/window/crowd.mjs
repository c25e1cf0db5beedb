/**
 * A crowd of machines before one window: simulated ones, over real sockets, at a Nexus of their own. They are there
 * before the window looks, because what is tried here is the window and not how fast a Nexus takes in strangers.
 * A Nexus without optimizations loses sessions of many thousands on a small machine. With programs of a release build:
 * `WINDOW_CROWD=10000 node tests/window/run.mjs target/release/nexus-desktop crowd`.
 */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { dirname, join as path } from "node:path";
import { freePort, until } from "./desk.mjs";
import { open, ready } from "./stage.mjs";

const SPORES = Number(process.env.WINDOW_CROWD ?? 1500);
const TOKEN = "a-shared-token-for-a-crowd";
const PATIENCE = 120_000;

export const crowd = {
  title: "A crowd of machines",
  steps: {
    "come to a Nexus": async (stage) => {
      const { desk, binary } = stage;
      const nexus = path(dirname(binary), "nexus");
      const settings = { NEXUS_SHARED_TOKEN: TOKEN, NEXUS_LOG: "error" };
      stage.port = await freePort();
      const data = path(desk.home, "crowded");
      desk.shell(`${nexus} serve`, { ...settings, NEXUS_DATA_DIR: data, NEXUS_PORT: String(stage.port) });
      await ready(stage.port);
      stage.token = readFileSync(path(data, "api-token"), "utf8").trim();
      desk.shell(`${nexus} simulate --spores ${SPORES} --nexus 127.0.0.1:${stage.port}`, {
        ...settings,
        NEXUS_DATA_DIR: path(desk.home, "simulation"),
      });
      await until("all are there", async () => (await here(stage)) === SPORES, PATIENCE);
    },
    "are counted and drawn": async (stage) => {
      await open(stage);
      const { page, port, token } = stage;
      await page.watchPolicy();
      await page.watchFaults();
      const { address, fingerprint } = await page.call("probeEnvironment", `127.0.0.1:${port}`);
      const { id } = await page.call("addEnvironment", "crowd", address, fingerprint, token);
      await page.call("switchEnvironment", id);
      await until("all are counted", async () => (await counted(page)) === SPORES);
    },
    "do not stand in the way of a click on one of them": async ({ page }) => {
      const [, star] = Object.keys(await page.sky());
      await page.clickStar(star);
      await page.says("node-drawer", new RegExp(star));
      await page.click("close-drawer");
    },
    "do not stand in the way of the search": async ({ page }) => {
      const star = Object.keys(await page.sky()).at(-1);
      await page.click("command-field");
      await page.fill("palette-input", star);
      await page.says("palette-option", new RegExp(star));
      await page.press("\uE007");
      await page.says("node-drawer", new RegExp(star));
      await page.click("command-field");
      await page.fill("palette-input", "tag:role:gpu and tag:site:Warsaw");
      const option = await page.says("palette-option", /Select \d+ nodes/);
      const [, found] = option.match(/Select (\d+) nodes/);
      assert.ok(Number(found) > 1 && Number(found) < SPORES / 20, option);
      await page.press("\uE00C");
    },
    "are shown without a fault": async ({ page }) => {
      assert.deepEqual(await page.violations(), [], "of the content security policy");
      assert.deepEqual(await page.faults(), [], "in the console");
    },
  },
};

/** How many nodes the Nexus knows. */
async function here({ port, token }) {
  const asked = fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const told = await asked.then((answer) => answer.text()).catch(() => "");
  return [...told.matchAll(/^nexus_nodes\{.*?\} (\d+)$/gm)].reduce((sum, [, number]) => sum + Number(number), 0);
}

/** How many nodes the window says that there are. */
async function counted(page) {
  const told = await page.session.run(
    `return [...document.querySelectorAll('[data-testid^="status-chip-"]')].map((chip) => chip.textContent)`,
  );
  return told.reduce((sum, text) => sum + Number(text.replace(/\D/g, "")), 0);
}
