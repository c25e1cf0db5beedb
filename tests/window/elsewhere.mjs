/** The window looks at a Nexus on another machine: one without a window, with a spore of its own. */
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join as path } from "node:path";
import { freePort, until } from "./desk.mjs";

const SHARED = "a-shared-token-for-elsewhere";

export function elsewhere(open) {
  let fingerprint = "";
  let port = 0;
  return {
    title: "A Nexus elsewhere",
    steps: {
      "is looked at before anything is told to it": async (stage) => {
        await open(stage);
        const { page, desk } = stage;
        await page.watchPolicy();
        const nexus = path(dirname(stage.binary), "nexus");
        const data = path(desk.home, "elsewhere");
        port = await freePort();
        const environment = {
          NEXUS_DATA_DIR: data,
          NEXUS_PORT: String(port),
          NEXUS_SHARED_TOKEN: SHARED,
          NEXUS_LOG: "warn",
        };
        desk.shell(`${nexus} serve`, environment);
        const ready = () =>
          fetch(`http://127.0.0.1:${port}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          );
        await until("it listens", ready);
        stage.token = readFileSync(path(data, "api-token"), "utf8").trim();
        fingerprint = execFileSync(nexus, ["fingerprint"], { env: environment, encoding: "utf8" }).trim();
        await page.click("environment");
        await page.click("menu-connect");
        await page.fill("connect-address", `127.0.0.1:${port}`);
        await page.click("connect-look");
        assert.equal((await page.says("connect-fingerprint", /:/)).trim(), fingerprint);
      },
      "is refused when the token is not good": async ({ page }) => {
        await page.click("connect-same");
        await page.fill("connect-name", "lab");
        await page.fill("connect-token", "nxs_wrong");
        await page.click("connect");
        await page.says("connect-problem", /token/);
      },
      "is shown once it has taken the token": async ({ page, token, desk, spore }) => {
        await page.fill("connect-token", token);
        await page.click("connect");
        await page.says("environment", /lab/);
        desk.shell(spore, {
          SPORE_SHARED_TOKEN: SHARED,
          SPORE_NEXUS_PORT: String(port),
          SPORE_DATA_DIR: path(desk.home, "far"),
          SPORE_NODE_NAME: "far-away",
          SPORE_LOG: "off",
        });
        await until("its star is there, and no other", async () => {
          const stars = await page.stars();
          return stars.length === 1 && stars[0].startsWith("far-away, online");
        });
        const kept = path(desk.data, "environments.json");
        assert.equal(statSync(kept).mode & 0o777, 0o600);
      },
      "runs what is asked there": async ({ page }) => {
        await page.clickStar("far-away");
        await page.element("node-drawer");
        if (!(await page.isThere("execute-form"))) await page.click("tab-execute");
        await page.run("echo from far away");
        const { state, output } = await page.ended();
        assert.equal(state, "succeeded", output);
        assert.ok(output.includes("from far away"), output);
      },
      "is left again for this machine's own": async ({ page }) => {
        await page.click("environment");
        await page.click("menu-environment-here");
        await until("this machine is back, alone", async () => {
          const stars = await page.stars();
          return stars.length === 1 && !stars[0].startsWith("far-away");
        });
        assert.deepEqual(await page.violations(), [], "of the content security policy");
      },
    },
  };
}
