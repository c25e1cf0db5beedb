/** What the window must do, step by step. Steps of one scenario build on each other. */
import { strict as assert } from "node:assert";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join as path } from "node:path";
import { crowd } from "./crowd.mjs";
import { pause, until } from "./desk.mjs";
import { elsewhere } from "./elsewhere.mjs";
import { firstMinute } from "./first.mjs";
import { lasso } from "./lasso.mjs";
import { comeIn, join, open } from "./stage.mjs";

const me = hostname();

export const scenarios = [
  firstMinute,
  {
    title: "The operator",
    steps: {
      "sees this machine on the map": async (stage) => {
        await open(stage);
        await stage.page.watchPolicy();
        const [star] = await until("there is a star", async () => {
          const stars = await stage.page.stars();
          return stars.length > 0 && stars;
        });
        assert.match(star, /online/);
      },
      "clicks its star and gets a form": async ({ page }) => {
        await page.clickStar(me);
        await page.element("node-drawer");
        if (!(await page.isThere("execute-form"))) await page.click("tab-execute");
        await page.element("execute-form");
      },
      "runs a command and reads what it wrote": async ({ page }) => {
        await page.run("echo hello from the window; echo trouble >&2; printf zażółć");
        const { state, output } = await page.ended();
        assert.equal(state, "succeeded");
        for (const words of ["hello from the window", "trouble", "zażółć"]) assert.ok(output.includes(words), output);
      },
      "sees a command fail": async ({ page }) => {
        await page.run("echo before; exit 3");
        assert.equal((await page.ended()).state, "failed");
      },
      "reads output while it comes, and stops it": async ({ page, desk }) => {
        const beats = path(desk.home, "beats");
        await page.run(`while true; do date +%s | tee -a ${beats}; sleep 0.1; done`);
        await until("output comes", async () => ((await page.execution()).output.match(/\d{10}/g) ?? []).length >= 3);
        await page.click("stop");
        assert.equal((await page.ended()).state, "cancelled");
        const size = statSync(beats).size;
        await pause(500);
        assert.equal(statSync(beats).size, size, "nothing runs any more");
      },
      "reloads the page without running anything twice": async ({ page, desk }) => {
        const trace = path(desk.home, "trace");
        await page.run(`echo once >> ${trace}; sleep 1; echo late`);
        await until("it runs", () => existsSync(trace));
        await page.session.reload();
        await page.watchPolicy();
        await page.clickStar(me);
        await until("the feed goes on", async () => (await page.stars()).length === 1);
        await page.element("execute-form");
        await page.run("echo after the reload");
        assert.ok((await page.ended()).output.includes("after the reload"));
        await pause(1000);
        assert.equal(readFileSync(trace, "utf8"), "once\n");
      },
      "looks round: palette, table, settings, light and dark": async ({ page }) => {
        await page.click("command-field");
        await page.element("palette-input");
        await page.press("\uE00C");
        await page.click("rail-nodes");
        await page.element("node-table");
        await page.click("rail-settings");
        await page.element("settings-page");
        await page.click("theme-toggle");
        await page.click("rail-map");
        await page.element("map-canvas");
        assert.deepEqual(await page.violations(), [], "of the content security policy");
      },
      "sees a spore join and go": async ({ page, desk, spore }) => {
        const { lines } = await page.call("join");
        const line = lines.find(({ system }) => system === "linux").line.replace(/^spore/, spore);
        const child = desk.shell(line, { SPORE_NODE_NAME: "visitor", SPORE_DATA_DIR: path(desk.home, "visitor") });
        await until("it is on the map", async () =>
          (await page.stars()).some((star) => star.startsWith("visitor, online")),
        );
        child.kill("SIGKILL");
        await until("it is gone", async () => (await page.stars()).some((star) => star.startsWith("visitor, offline")));
      },
    },
  },
  {
    title: "Trust",
    steps: {
      "makes a line in the window, and a machine comes in with it": async (stage) => {
        await open(stage);
        await stage.page.watchPolicy();
        await stage.page.click("top-add-machine");
        const line = await stage.page.says("empty-join-line", /^spore join nxj_/);
        await stage.page.says("join-progress", /Waiting for a connection/);
        join(stage, line, "one");
        await stage.page.says("joined", /one is online/);
        await stage.page.click("show-joined");
        await stage.page.element("node-drawer");
      },
      "sees a machine knock, compares it and lets it in": async (stage) => {
        const { page } = stage;
        await page.click("top-add-machine");
        await page.click("more-join-options");
        await page.fill("code-uses", "2");
        const before = await page.text("empty-join-line");
        await page.click("make-code");
        const line = await until("there is another line", async () => {
          const now = await page.text("empty-join-line");
          return now !== before && now;
        });
        join(stage, line, "two");
        await page.says("waiting-card", /two/);
        assert.match(await page.text("waiting-fingerprint"), /^(?:[0-9a-f]{4}\s+){7}[0-9a-f]{4}$/);
        await page.click("accept");
        await page.says("joined", /two is online/);
        await page.click("show-joined");
      },
      "reads how it stands, and revokes it": async ({ page }) => {
        await page.click("tab-trust");
        await page.says("node-joined", /2 machines/);
        await page.says("policy", /Held back by/);
        await page.click("revoke");
        await page.fill("sure-name", "two");
        await page.click("sure-yes");
        await page.says("node-standing", /revoked/);
        await until("it is out", async () => (await page.stars()).some((star) => /^two, offline, revoked/.test(star)));
      },
      "wants a second yes, says it, and runs what was asked": async ({ page }) => {
        await page.click("rail-approvals");
        await page.click("new-rule");
        await page.fill("rule-name", "every command");
        await page.fill("rule-count", "1");
        await page.click("rule-another");
        await page.click("make-rule");
        await page.says("rule", /every command/);
        await page.click("rail-map");
        await page.click("command-field");
        await page.fill("palette-input", "one");
        await page.press("\uE007");
        await page.click("tab-execute");
        await page.fill("field-command", "echo seen twice");
        await page.click("run");
        await page.says("ask", /needs a second yes/);
        await page.click("rail-approvals");
        await page.says("approval-card", /echo seen twice/);
        await page.click("approve");
        await page.click("rail-map");
        await page.click("run-approved");
        const { state, output } = await page.ended();
        assert.equal(state, "succeeded", output);
        await page.click("rail-approvals");
        await page.click("remove-rule");
      },
      "finds all of it in the audit log, which is whole": async ({ page }) => {
        await page.click("rail-audit");
        for (const words of ["Revoked a node", "Accepted a machine", "Said the second yes", "Made a rule"])
          await page.says("audit-entries", new RegExp(words));
        await page.click("verify-audit");
        await page.says("verdict", /The log is whole/);
      },
      "takes a copy of the log along": async ({ page }) => {
        await page.click("export-audit");
        const [, file] = (await page.says("audit-told", /Exported to /)).match(/Exported to (\S+\.jsonl)/);
        assert.equal(statSync(file).mode & 0o777, 0o600);
        const lines = readFileSync(file, "utf8").trim().split("\n");
        assert.ok(lines.length > 10);
        assert.ok("end" in JSON.parse(lines.at(-1)), "it is not cut");
        assert.deepEqual(await page.violations(), [], "of the content security policy");
      },
    },
  },
  {
    title: "Many machines",
    steps: {
      "are selected by an expression, and shown before anything runs": async (stage) => {
        await open(stage);
        const { page } = stage;
        await page.watchPolicy();
        for (const name of ["one", "two"]) await comeIn(stage, name);
        await page.click("command-field");
        await page.fill("palette-input", "name:one or name:two");
        await page.says("palette-option", /Select 2 nodes/);
        await page.press("\uE007");
        await page.says("aim", /2 online/);
      },
      "are asked at once, and the odd one comes first": async ({ page }) => {
        // The working directory has the name of the machine in it.
        await page.fill("field-command", `case "$PWD" in */one/*) echo odd; exit 3;; esac; echo same`);
        await page.fill("confirm-count", "2");
        await page.click("run");
        await page.says("outcome-failed", /1 failed/);
        await page.says("outcome-succeeded", /1 succeeded/);
        await page.click("open-job");
        await page.element("run-page");
        await page.says("group", /same|odd/);
      },
      "are stopped all at once from the keyboard, with proof": async ({ page, desk }) => {
        await page.click("rail-map");
        await page.click("command-field");
        await page.fill("palette-input", "name:one or name:two");
        await page.says("palette-option", /Select 2 nodes/);
        await page.press("\uE007");
        const beats = path(desk.home, "beats");
        await page.fill("field-command", `trap '' TERM; while true; do date +%s >> ${beats}; sleep 0.1; done`);
        await page.fill("confirm-count", "2");
        await page.click("run");
        await until("they run", () => existsSync(beats));
        await page.says("outcome-running", /2 running/);
        await page.click("stop-everything");
        await page.click("stop-confirm");
        await page.says("stop-banner", /2 proved/);
        const size = statSync(beats).size;
        await pause(500);
        assert.equal(statSync(beats).size, size, "nothing runs any more");
      },
      "go on when a person releases them": async ({ page }) => {
        await page.click("stop-release");
        await until("it is released", async () => !(await page.isThere("stop-banner")));
        assert.deepEqual(await page.violations(), [], "of the content security policy");
      },
    },
  },
  lasso,
  crowd,
  elsewhere,
  {
    title: "A machine without a language",
    environment: { LANG: "C.UTF-8" },
    steps: {
      "shows the console": async (stage) => {
        await open(stage);
        await stage.page.element("map-canvas");
      },
      "speaks a language that Intl knows": async ({ page }) => {
        assert.match(await page.session.run("return new Intl.NumberFormat(navigator.language).format(1.5)"), /1.5/);
      },
    },
  },
  {
    title: "Preferences",
    steps: {
      "that are damaged are replaced and told": async (stage) => {
        await mkdir(stage.desk.data, { recursive: true });
        writeFileSync(path(stage.desk.data, "preferences.json"), "{ not json");
        await open(stage);
        const { notices, theme } = await stage.page.call("settings");
        assert.match(notices.join(), /preferences were damaged/);
        assert.equal(theme, "system");
      },
      "take effect at once: this machine leaves the map and comes back": async ({ page }) => {
        const local = (state) => async () => (await page.stars()).some((star) => star.startsWith(`${me}, ${state}`));
        await until("it is there", local("online"));
        await page.call("saveSettings", { runLocalSpore: false });
        await until("it has left", local("offline"));
        await page.call("saveSettings", { runLocalSpore: true });
        await until("it is back", local("online"));
      },
      "expose the Nexus without a restart of the app": async ({ page }) => {
        assert.equal((await page.call("join")).reachable, false);
        await page.call("saveSettings", { exposed: true });
        await until("it can be reached", () =>
          page.call("join").then(
            ({ reachable }) => reachable,
            () => false,
          ),
        );
        // The window may still show the Nexus before: it is back when it stays.
        const online = async () => (await page.stars()).some((star) => star.startsWith(`${me}, online`));
        await until("this machine is back", async () => (await online()) && (await pause(700)) && (await online()));
      },
      "survive, and hold no secret": async (stage) => {
        const file = path(stage.desk.data, "preferences.json");
        assert.equal(JSON.parse(readFileSync(file, "utf8")).exposed, true);
        const membership = path(stage.desk.data, "local-spore", "membership.json");
        const { key } = JSON.parse(readFileSync(membership, "utf8"));
        assert.ok(key && !readFileSync(file, "utf8").includes(key));
        for (const secret of [membership, path(stage.desk.data, "identity.key"), path(stage.desk.data, "tls.key")])
          assert.equal(statSync(secret).mode & 0o777, 0o600, secret);
      },
    },
  },
  {
    title: "A taken port",
    steps: {
      "is told with the name of who has it, and another one is used": async (stage) => {
        const wanted = Number(stage.desk.environment.NEXUS_PORT);
        stage.squatter = createServer().listen(wanted, "127.0.0.1");
        await open(stage);
        const { notices } = await stage.page.call("settings");
        assert.match(notices.join(), new RegExp(`Port ${wanted} is taken by .*\\(pid ${process.pid}\\)`));
        const star = (name) => name.startsWith(`${me}, online`);
        await until("this machine is a node all the same", async () => (await stage.page.stars()).some(star));
        stage.squatter.close();
      },
    },
  },
  {
    title: "The end",
    steps: {
      "comes in order when the system asks for it": async ({ desk, binary }) => {
        const { child, ended } = desk.launch(binary);
        const health = `http://127.0.0.1:${desk.environment.NEXUS_PORT}/healthz`;
        await until("the Nexus listens", () =>
          fetch(health).then(
            ({ ok }) => ok,
            () => false,
          ),
        );
        const start = performance.now();
        child.kill("SIGTERM");
        assert.deepEqual(await ended, { code: 0, signal: null });
        assert.ok(performance.now() - start < 5000, "within the grace");
      },
    },
  },
];
