/** The window looks at a Nexus on another machine: one without a window, with a spore of its own. */
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join as path } from "node:path";
import { freePort, until } from "./desk.mjs";
import { open, ready } from "./stage.mjs";

const SHARED = "a-shared-token-for-elsewhere";

/** Simulated machines there, so that there is a sky. */
const OTHERS = 12;

export const elsewhere = {
  title: "A Nexus elsewhere",
  steps: {
    "is looked at before anything is told to it": async (stage) => {
      await open(stage);
      const { page, desk } = stage;
      await page.watchPolicy();
      stage.port = await freePort();
      stage.there = await serve(stage);
      stage.token = readFileSync(path(desk.home, "elsewhere", "api-token"), "utf8").trim();
      const own = { env: { ...process.env, ...settings(stage) }, encoding: "utf8" };
      const fingerprint = execFileSync(nexusOf(stage), ["fingerprint"], own).trim();
      await page.click("environment");
      await page.click("menu-connect");
      await page.fill("connect-address", `127.0.0.1:${stage.port}`);
      await page.click("connect-look");
      assert.equal((await page.says("connect-fingerprint", /:/)).trim(), fingerprint);
      const hidden = `const box = document.querySelector('[role="dialog"]'); return box.scrollWidth - box.clientWidth`;
      assert.equal(await page.session.run(hidden), 0, "all of the dialog is to be seen");
    },
    "is refused when the token is not good": async ({ page }) => {
      await page.click("connect-same");
      await page.fill("connect-name", "lab");
      await page.fill("connect-token", "nxs_wrong");
      await page.click("connect");
      await page.says("connect-problem", /token/);
    },
    "is shown once it has taken the token": async ({ page, token, port, desk, spore }) => {
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
    "is killed while it works, and the window says so": async (stage) => {
      const { page, desk, port } = stage;
      desk.shell(`${nexusOf(stage)} simulate --spores ${OTHERS} --nexus 127.0.0.1:${port}`, {
        ...settings(stage),
        NEXUS_DATA_DIR: path(desk.home, "simulation"),
      });
      await until("there is a sky", async () => (await online(page)) === OTHERS + 1);
      await page.run(`while [ ! -e ${path(desk.home, "go")} ]; do sleep 0.1; done; echo came through`);
      await until("it runs", async () => (await page.execution()).state === "running");
      stage.sky = await page.sky();
      stage.there.kill("SIGKILL");
      await page.says("link-state", /No connection to the Nexus/);
    },
    "comes back, and the window with it, without a click": async (stage) => {
      const { page, desk } = stage;
      writeFileSync(path(desk.home, "go"), "");
      stage.there = await serve(stage);
      await until("the window is live", async () => {
        const script = `return document.querySelector('[data-testid="link-state"]').dataset.state`;
        return (await page.session.run(script)) === "live";
      });
      await until("everybody is back", async () => (await online(page)) === OTHERS + 1);
      assert.deepEqual(await page.sky(), stage.sky, "every star stands where it stood");
      // Until its spore is back nobody can know how it ended, and it is said to be unknown.
      await until("what it ran meanwhile is told as it was", async () => {
        const { state, output } = await page.execution();
        return state === "succeeded" && output.includes("came through");
      });
      await page.click("tab-executions");
      const rows = await until("its history is there", async () => {
        const script = `return [...document.querySelectorAll('[data-testid="execution-row"]')].map((row) => row.textContent)`;
        const rows = await page.session.run(script);
        return rows.length === 2 && rows;
      });
      assert.ok(
        rows.some((row) => row.includes("from far away")),
        rows.join(),
      );
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

function nexusOf({ binary }) {
  return path(dirname(binary), "nexus");
}

function settings({ desk, port }) {
  return {
    NEXUS_DATA_DIR: path(desk.home, "elsewhere"),
    NEXUS_PORT: String(port),
    NEXUS_SHARED_TOKEN: SHARED,
    NEXUS_LOG: "warn",
  };
}

async function serve(stage) {
  const child = stage.desk.shell(`${nexusOf(stage)} serve`, settings(stage));
  await ready(stage.port);
  return child;
}

async function online(page) {
  return (await page.stars()).filter((star) => /, online/.test(star)).length;
}
