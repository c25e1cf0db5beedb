/** The first minute in an empty home: what the window itself leads to, with nothing prepared by the test. */
import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { until } from "./desk.mjs";
import { open } from "./stage.mjs";

const step = (page, number) =>
  until(`step ${number} of the first minute`, async () => {
    const script = `return document.querySelector('[data-testid="coach"]')?.dataset.step ?? null`;
    return (await page.session.run(script)) === String(number);
  });

export const firstMinute = {
  title: "The first minute",
  // As it is for a person: the policy of this machine is the one that the window chooses.
  environment: { SPORE_POLICY: undefined },
  steps: {
    "welcomes, in an empty home": async (stage) => {
      assert.ok(!existsSync(stage.desk.data), "nothing is prepared");
      await open(stage);
      await stage.page.watchPolicy();
      await stage.page.watchFaults();
      await stage.page.says("coach", /Your first minute/);
      await step(stage.page, 0);
      await until("this machine is a star", async () =>
        (await stage.page.stars()).some((star) => /, online/.test(star)),
      );
    },
    "leads to the form, where a harmless command stands": async ({ page }) => {
      await page.click("coach-open");
      await step(page, 1);
      await page.click("coach-form");
      const field = await page.element("field-command");
      assert.equal(await page.session.value(field), "uname -a");
    },
    "runs it, and shows what it says": async ({ page }) => {
      await page.click("run");
      const { state, output } = await page.ended();
      assert.equal(state, "succeeded", output);
      assert.match(output, /Linux/);
      await step(page, 3);
      await page.says("coach", /That is all it takes/);
    },
    "leads on to the second machine, and does not come back": async ({ page }) => {
      await page.click("coach-add");
      await page.says("empty-join-line", /^spore join nxj_/);
      await page.session.reload();
      await page.watchPolicy();
      await page.watchFaults();
      await until("the map is back", async () => (await page.stars()).length === 1);
      assert.equal(await page.isThere("coach"), false);
      assert.deepEqual(await page.violations(), [], "of the content security policy");
      assert.deepEqual(await page.faults(), [], "in the console");
    },
  },
};
