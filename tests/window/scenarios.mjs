/** What the window must do, step by step. Steps of one scenario build on each other. */
import { strict as assert } from "node:assert";
import { Page } from "./page.mjs";

export const scenarios = [
  {
    title: "A window",
    environment: { LANG: "C.UTF-8" },
    steps: {
      "opens with the console in it": open,
      "speaks a language that Intl knows": async ({ page }) => {
        assert.match(await page.session.run("return new Intl.NumberFormat(navigator.language).format(1.5)"), /1.5/);
      },
    },
  },
];

async function open(stage) {
  stage.page = new Page(await stage.desk.open(stage.binary));
  assert.equal(await stage.page.session.run("return document.title"), "Nexus");
}
