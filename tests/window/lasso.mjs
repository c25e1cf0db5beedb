/** A loop around some stars of the real map: what was inside is what runs, and nothing else does. */
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join as path } from "node:path";
import { until } from "./desk.mjs";
import { comeIn, open } from "./stage.mjs";

const NORTH = ["north-a", "north-b", "north-c"];
const SOUTH = ["south-a", "south-b"];

export const lasso = {
  title: "A lasso",
  bus: true,
  steps: {
    "goes round the stars of one site": async (stage) => {
      await open(stage);
      const { page } = stage;
      await page.watchPolicy();
      await page.watchFaults();
      for (const name of NORTH) await comeIn(stage, name, { SPORE_NODE_TAGS: "site:North" });
      for (const name of SOUTH) await comeIn(stage, name, { SPORE_NODE_TAGS: "site:South" });
      await page.click("fit");
      await page.click("lasso");
      await page.lassoStars(NORTH);
      await page.says("selection-bar", /3 nodes.*North/);
    },
    "runs on those, and tells the odd one from the others": async ({ page, desk }) => {
      await page.click("run-on-selection");
      await page.says("aim", /3 online/);
      // The working directory has the name of the machine in it.
      const say = `case "$PWD" in */north-b/*) echo odd;; *) echo same;; esac`;
      await page.fill("field-command", `echo "$PWD" >> ${path(desk.home, "ran")}; ${say}`);
      await page.fill("confirm-count", "3");
      await page.click("run");
      await page.says("outcome-succeeded", /3 succeeded/);
      await page.click("open-job");
      await page.element("run-page");
      await until("there are two groups", async () => (await page.groups()).length === 2);
      const groups = Object.fromEntries((await page.groups()).map(({ text, diff, nodes }) => [text || diff, nodes]));
      assert.deepEqual(groups, { same: ["north-a", "north-c"], odd: ["north-b"] });
    },
    "is told the truth about what ran": async ({ page, desk }) => {
      const ran = readFileSync(path(desk.home, "ran"), "utf8").trim().split("\n");
      const names = ran.map((folder) => [...NORTH, ...SOUTH].find((name) => folder.includes(`/${name}/`)));
      assert.deepEqual(names.sort(), NORTH, "each of the three once, and nobody else");
      assert.deepEqual(await page.violations(), [], "of the content security policy");
      assert.deepEqual(await page.faults(), [], "in the console");
    },
    "is told to the desktop, and a click there leads back to it": async ({ page, desk }) => {
      const notice = await until("the desktop is told", () =>
        desk.bus.shown.find(({ title }) => /is done/.test(title)),
      );
      await page.click("rail-map");
      await until("the map is there", async () => !(await page.isThere("run-page")));
      desk.bus.click(notice.id);
      await page.element("run-page");
      assert.ok(existsSync(path(desk.home, "ran")));
    },
  },
};
