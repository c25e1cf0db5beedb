/**
 * Pictures of the console at 1440x900, one per state of the design: node ui/tests/shots.mjs <directory> [--matrix] [name…]
 * With `--matrix` each is taken in both themes at three sizes.
 * Builds, serves with the strict content security policy, and fails when the page breaks it or logs an error.
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ui = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = resolve(process.argv[2] ?? "shots");
const matrix = process.argv.includes("--matrix");
const only = process.argv.slice(3).filter((word) => word !== "--matrix");
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ipc: http://ipc.localhost";

const grep = async (page) => {
  await page.getByTestId("field-command").fill("grep -rnE 'timeout|deadlock|oom' /var/log/postgresql");
  await page.getByTestId("run").click();
  await page.waitForTimeout(3800);
};
const SHOTS = [
  { name: "nexus-dark", query: "n=184&theme=dark&open=fra-db-04", act: grep },
  { name: "nexus-light", query: "n=184&theme=light&open=fra-db-04", act: grep },
  { name: "nexus-3", query: "n=3&theme=dark&open=nas-01", act: grep },
  { name: "nexus-3-light", query: "n=3&theme=light&open=nas-01", act: grep },
  { name: "nexus-10k", query: "n=10000&theme=dark" },
  { name: "nexus-10k-light", query: "n=10000&theme=light" },
  { name: "alerts", query: "n=184&theme=dark&view=alerts" },
  { name: "alerts-light", query: "n=184&theme=light&view=alerts", act: takeAndMute },
  { name: "alerts-10k", query: "n=10000&theme=dark&view=alerts" },
  { name: "alerts-quiet", query: "n=3&theme=dark&view=alerts&jobs=0" },
  { name: "alerts-rules", query: "n=184&theme=dark&view=alerts", act: alertRules },
  { name: "alerts-rule", query: "n=184&theme=light&view=alerts", act: newAlertRule },
  { name: "attention-lit", query: "n=10000&theme=dark", act: (page) => page.getByTestId("cause").first().hover() },
  { name: "attention-light", query: "n=184&theme=light" },
  { name: "attention-quiet", query: "n=3&theme=dark&jobs=0" },
  { name: "nexus-empty", query: "n=0&theme=dark" },
  { name: "nexus-empty-light", query: "n=0&theme=light" },
  { name: "nexus-table", query: "n=184&theme=dark&view=table", act: (page) => page.getByTestId("sort-cpu").click() },
  {
    name: "table-light",
    query: "n=184&theme=light&view=table",
    act: async (page) => {
      await page.getByTestId("filter").fill("tag:role:db and not site=par");
      await page.getByTestId("table-row").nth(2).click();
      await page
        .getByTestId("table-row")
        .nth(5)
        .click({ modifiers: ["Shift"] });
    },
  },
  { name: "table-columns", query: "n=184&theme=dark&view=table", act: everyColumn },
  {
    name: "table-menu",
    query: "n=184&theme=dark&view=table",
    act: (page) => page.getByTestId("table-row").nth(4).click({ button: "right" }),
  },
  { name: "palette-rest", query: "n=184&theme=light&palette=" },
  { name: "palette-jobs", query: "n=184&theme=dark&palette=%23" },
  { name: "environments", query: "n=184&theme=dark", act: (page) => page.getByTestId("environment").click() },
  { name: "connect", query: "n=184&theme=light", act: connect },
  { name: "coach", query: "n=1&theme=dark&jobs=0" },
  {
    name: "coach-light",
    query: "n=1&theme=light&jobs=0",
    act: (page) => page.getByTestId("coach-open").click(),
  },
  { name: "nexus-palette", query: "n=184&theme=dark&palette=fra-db" },
  { name: "nexus-multi", query: "n=184&theme=dark&select=Ashburn" },
  { name: "nexus-multi-light", query: "n=184&theme=light&select=Ashburn" },
  { name: "nexus-results", query: "n=184&theme=dark&select=Ashburn", act: fanOut },
  {
    name: "nexus-form",
    query: "n=184&theme=dark&open=fra-db-04",
    act: (page) => page.getByTestId("more-fields").click(),
  },
  { name: "form-docker", query: "n=184&theme=dark&open=iad-bld-01", act: docker },
  { name: "form-docker-light", query: "n=184&theme=light&open=iad-bld-01", act: docker },
  { name: "form-problems", query: "n=184&theme=dark&open=iad-bld-01", act: dockerWrong },
  { name: "form-json", query: "n=184&theme=light&open=iad-bld-01", act: dockerJson },
  { name: "form-recent", query: "n=184&theme=dark&open=fra-db-04", act: (page) => page.getByTestId("recall").click() },
  {
    name: "form-recent-light",
    query: "n=184&theme=light&open=fra-db-04",
    act: (page) => page.getByTestId("recall").click(),
  },
  { name: "skills", query: "n=184&theme=dark&view=skills", act: fileSkill },
  { name: "skills-light", query: "n=184&theme=light&view=skills", act: dockerSkill },
  { name: "skills-run", query: "n=184&theme=dark&view=skills", act: (page) => page.getByTestId("skill-run").click() },
  { name: "skills-form", query: "n=184&theme=light&view=skills", act: skillForm },
  { name: "skills-empty", query: "n=0&theme=dark&view=skills" },
  { name: "nexus-settings", query: "n=3&theme=light&view=settings" },
  { name: "node-overview", query: "n=184&theme=dark&open=fra-db-04&tab=overview", act: openProcess },
  { name: "node-overview-light", query: "n=184&theme=light&open=fra-db-04&tab=overview", act: openProcess },
  { name: "node-services", query: "n=184&theme=light&open=fra-db-04&tab=overview", act: showServices },
  { name: "node-logs", query: "n=184&theme=dark&open=fra-db-04&tab=logs", act: searchLog },
  { name: "node-logs-light", query: "n=184&theme=light&open=fra-db-04&tab=logs" },
  { name: "node-executions", query: "n=184&theme=dark&open=fra-db-04&tab=executions&jobs=1" },
  { name: "node-menu", query: "n=184&theme=dark&open=fra-db-04", act: (page) => page.getByTestId("node-menu").click() },
  { name: "node-old", query: "n=3&theme=light&open=pi-kitchen&tab=overview" },
  { name: "nexus-overview", query: "n=184&theme=dark&open=fra-db-04&tab=overview" },
  { name: "joining", query: "n=184&theme=dark&view=joining&waiting=3&exposed", act: makeCodes },
  { name: "joining-light", query: "n=184&theme=light&view=joining&waiting=3&exposed", act: makeCodes },
  { name: "waiting", query: "n=184&theme=dark&waiting=2" },
  { name: "waiting-light", query: "n=184&theme=light&waiting=2" },
  { name: "add-machine", query: "n=184&theme=dark&adding&exposed" },
  { name: "add-machine-options", query: "n=184&theme=light&adding&exposed", act: options },
  { name: "add-machine-joined", query: "n=184&theme=dark&adding&exposed&join=100" },
  { name: "trust", query: "n=184&theme=dark&open=fra-db-04&tab=trust" },
  { name: "trust-shared", query: "n=3&theme=light&open=pi-kitchen&tab=trust" },
  {
    name: "trust-revoke",
    query: "n=184&theme=light&open=fra-db-04&tab=trust",
    act: (page) => page.getByTestId("revoke").click(),
  },
  { name: "tokens", query: "n=3&theme=dark&view=settings", act: toTokens },
  { name: "tokens-light", query: "n=3&theme=light&view=settings", act: toTokens },
  { name: "token-made", query: "n=3&theme=dark&view=settings", act: makeToken },
  { name: "approvals", query: "n=184&theme=dark&view=approvals&approvals=2" },
  {
    name: "approvals-light",
    query: "n=184&theme=light&view=approvals&approvals=2",
    act: (page) => page.getByTestId("new-rule").click(),
  },
  { name: "approvals-short", query: "n=184&theme=light&approvals=1&waiting=1" },
  { name: "approvals-ask", query: "n=184&theme=dark&select=Ashburn&approvals=1", act: askMany },
  { name: "jobs", query: "n=184&theme=dark&view=jobs" },
  { name: "jobs-light", query: "n=184&theme=light&view=jobs" },
  { name: "run-gate", query: "n=184&theme=dark&job=OpenSSL security update" },
  { name: "run-gate-light", query: "n=184&theme=light&job=OpenSSL security update" },
  { name: "run-groups", query: "n=184&theme=dark&job=Which kernel runs where" },
  {
    name: "run-targets",
    query: "n=184&theme=dark&job=inventory",
    act: (page) => page.getByRole("button", { name: "Targets", exact: true }).click(),
  },
  {
    name: "run-node",
    query: "n=184&theme=dark&job=Which kernel runs where",
    act: (page) => page.getByTestId("group-node").first().click(),
  },
  {
    name: "run-search",
    query: "n=184&theme=light&job=OpenSSL security update",
    act: (page) => page.getByTestId("output-search").fill("upgraded"),
  },
  { name: "multi-how", query: "n=184&theme=dark&select=Ashburn", act: openHow },
  { name: "multi-how-light", query: "n=184&theme=light&select=Ashburn", act: openHow },
  { name: "diamonds", query: "n=184&theme=dark&select=Lab", act: failMany },
  { name: "stopping", query: "n=184&theme=dark&stopping" },
  { name: "stopped", query: "n=184&theme=dark&stopping", act: stopAll },
  { name: "stopped-light", query: "n=184&theme=light&stopping", act: stopAll },
  { name: "schedules", query: "n=184&theme=dark&plan=schedules", act: newSchedule },
  { name: "schedules-light", query: "n=184&theme=light&plan=schedules", act: newSchedule },
  { name: "runbooks", query: "n=184&theme=dark&plan=runbooks", act: runbook },
  {
    name: "runbook-run",
    query: "n=184&theme=light&plan=runbooks",
    act: (page) => page.getByTestId("runbook-run").click(),
  },
  {
    name: "target",
    query: "n=184&theme=dark&select=Lab",
    act: (page) => page.getByTestId("target-field").fill("tag:"),
  },
  { name: "palette-target", query: "n=184&theme=dark&palette=site=sin and not role=web" },
  { name: "dock", query: "n=184&theme=dark", act: (page) => page.getByTestId("dock-toggle").click() },
  { name: "rerun", query: "n=184&theme=dark&job=Resolver check", act: (page) => page.getByTestId("job-rerun").click() },
  { name: "chart-menu", query: "n=184&theme=dark", act: chartMenu },
  { name: "chart-menu-light", query: "n=184&theme=light", act: chartMenu },
  { name: "chart-preview", query: "n=184&theme=dark", act: (page) => chartBy(page, "role") },
  { name: "chart-preview-light", query: "n=10000&theme=light", act: (page) => chartBy(page, "rack") },
  { name: "chart-made", query: "n=184&theme=dark", act: chartApplied },
  { name: "minimap", query: "n=10000&theme=dark", act: zoomIn },
  { name: "minimap-light", query: "n=10000&theme=light", act: zoomIn },
  { name: "time-band", query: "n=184&theme=dark", act: (page) => page.getByTestId("time-open").click() },
  { name: "time-back", query: "n=184&theme=dark&back=193" },
  { name: "time-back-light", query: "n=184&theme=light&back=490" },
  { name: "time-node", query: "n=184&theme=dark&open=fra-db-04&back=193" },
  { name: "time-10k", query: "n=10000&theme=dark&back=195" },
  { name: "time-3", query: "n=3&theme=light&back=300" },
  { name: "pl-map", query: "n=184&theme=dark&waiting=1", locale: "pl-PL" },
  { name: "pl-table", query: "n=184&theme=light&view=table", locale: "pl-PL" },
  { name: "pl-node", query: "n=184&theme=dark&open=fra-db-04", locale: "pl-PL", act: grep },
  { name: "pl-many", query: "n=184&theme=dark&select=Ashburn", locale: "pl-PL", act: openHow },
  { name: "pl-jobs", query: "n=184&theme=light&view=jobs", locale: "pl-PL" },
  { name: "pl-run", query: "n=184&theme=dark&job=OpenSSL security update", locale: "pl-PL" },
  { name: "pl-joining", query: "n=184&theme=dark&view=joining&waiting=3&exposed", locale: "pl-PL", act: makeCodes },
  { name: "pl-approvals", query: "n=184&theme=light&view=approvals&approvals=2", locale: "pl-PL" },
  {
    name: "pl-audit",
    query: "n=184&theme=dark&view=audit",
    locale: "pl-PL",
    act: (page) => chooseEntry(page, true),
  },
  { name: "pl-settings", query: "n=3&theme=light&view=settings", locale: "pl-PL", act: toTokens },
  { name: "pl-stopped", query: "n=184&theme=dark&stopping", locale: "pl-PL", act: stopAll },
  { name: "pl-alerts", query: "n=184&theme=dark&view=alerts", locale: "pl-PL" },
  { name: "pl-skills", query: "n=184&theme=light&view=skills", locale: "pl-PL" },
  { name: "pl-palette", query: "n=184&theme=dark&palette=fra-db", locale: "pl-PL" },
  { name: "audit", query: "n=184&theme=dark&view=audit", act: (page) => chooseEntry(page, true) },
  { name: "audit-light", query: "n=184&theme=light&view=audit", act: (page) => chooseEntry(page, false) },
];

/** A picture in both themes, at the least size that is designed for, the usual one and a large one. */
function everyWay(shot) {
  const sizes = [
    [1280, 720],
    [1440, 900],
    [1920, 1080],
  ];
  return ["dark", "light"].flatMap((theme) =>
    sizes.map(([width, height]) => ({
      ...shot,
      name: `${shot.name}-${theme}-${width}`,
      query: shot.query.replace(/theme=\w+/, `theme=${theme}`),
      size: { width, height },
    })),
  );
}

async function everyColumn(page) {
  await page.getByTestId("table-columns").click();
  for (const column of ["address", "os", "latency", "tags", "trust"])
    await page.getByTestId(`column-${column}`).click();
}

async function connect(page) {
  await page.getByTestId("environment").click();
  await page.getByTestId("menu-connect").click();
  await page.getByTestId("connect-address").fill("ops.example:8765");
  await page.getByTestId("connect-look").click();
  await page.getByTestId("connect-token").fill("nxs_secret");
}

async function chartMenu(page) {
  await page.getByTestId("chart-menu").click();
}

async function chartBy(page, by) {
  await chartMenu(page);
  await page.getByTestId(`chart-by-${by}`).click();
  await page.getByTestId("chart-preview").waitFor();
  await page.waitForTimeout(1500);
}

async function chartApplied(page) {
  await chartBy(page, "role");
  await page.getByTestId("chart-apply").click();
  await page.waitForTimeout(900);
}

/** Into a disc, so that the minimap comes. */
async function zoomIn(page) {
  const box = await page.getByTestId("map-canvas").boundingBox();
  await page.mouse.move(box.x + box.width * 0.42, box.y + box.height * 0.42);
  for (let n = 0; n < 6; n++) {
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(120);
  }
  await page.waitForTimeout(900);
}

async function fileSkill(page) {
  await page.getByTestId("skill-row").filter({ hasText: "read_file" }).click();
}

async function dockerSkill(page) {
  await page.getByTestId("skill-row").filter({ hasText: "Start a container" }).click();
}

async function skillForm(page) {
  await dockerSkill(page);
  await page.getByTestId("skill-run").click();
  await page.getByTestId("where-site").first().click();
}

async function docker(page) {
  await page.getByTestId("method-picker").click();
  await page.locator('[data-value="DockerSkill.run"]').click();
  await page.getByTestId("field-image").fill("nginx:1.29");
  await page.getByTestId("more-fields").click();
  await page.getByTestId("add-ports").click();
  await page.getByTestId("field-ports/0/host").fill("8080");
  await page.getByTestId("field-ports/0/container").fill("80");
  await page.getByTestId("field-env").getByTestId("pair-name").first().fill("TZ");
  await page.getByTestId("field-env").getByTestId("field-env/TZ").fill("Europe/Warsaw");
  await page.getByTestId("field-memory").fill("536870912");
  await page.getByTestId("pick").nth(2).click();
  await page.getByTestId("add-health").click();
  await page
    .getByTestId("execute-form")
    .locator("> div")
    .first()
    .evaluate((fields) => fields.scrollTo(0, 110));
}

async function dockerWrong(page) {
  await docker(page);
  await page.getByTestId("field-image").fill("");
  await page.getByTestId("field-cpus").fill("0.3");
  await page.getByTestId("run").click();
}

async function dockerJson(page) {
  await docker(page);
  await page.getByTestId("json-toggle").click();
}

async function takeAndMute(page) {
  await page.getByTestId("take").click();
  await page.getByTestId("mute").click();
}

async function alertRules(page) {
  await page.getByRole("button", { name: "Rules" }).click();
}

async function newAlertRule(page) {
  await alertRules(page);
  await page.getByTestId("new-alert-rule").click();
  await page.getByTestId("alert-rule-above").fill("60");
  await page.waitForTimeout(500);
}

async function openProcess(page) {
  await page.getByTestId("process").nth(1).getByRole("button").click();
}

async function showServices(page) {
  await page.getByTestId("more-services").click();
  await page.getByTestId("services").scrollIntoViewIfNeeded();
}

async function searchLog(page) {
  await page.getByTestId("log-search").fill("lock");
  await page.waitForTimeout(900);
}

async function openHow(page) {
  await page.getByTestId("how").click();
  await page.getByTestId("how-waves").click();
  await page.getByTestId("how-stop-after").fill("3");
}

async function failMany(page) {
  await page.getByTestId("field-command").fill("exit 3");
  await page.getByTestId("confirm-count").fill("9");
  await page.getByTestId("run").click();
  await page.waitForTimeout(900);
  await page.getByRole("button", { name: "Close" }).click();
  await page.waitForTimeout(1200);
}

async function newSchedule(page) {
  await page.getByTestId("new-schedule").click();
  await page.getByTestId("schedule-name").fill("morning look");
  await page.getByTestId("schedule-when").fill("every weekday at 9am");
  await page.getByTestId("schedule-target").fill("site=sin");
  await page.getByTestId("schedule-name").focus();
}

async function runbook(page) {
  await page.getByTestId("runbook-run").click();
  await page.getByTestId("field-name").fill("registry.internal");
  await page.getByTestId("run-dialog").getByTestId("run").click();
  await page.getByTestId("runbook-edit").click();
}

async function stopAll(page) {
  await page.getByTestId("stop-reason").fill("wrong config went out");
  await page.getByTestId("stop-confirm").click();
  await page.waitForTimeout(300);
}

async function askMany(page) {
  await page.getByTestId("field-command").fill("systemctl restart nginx");
  await page.getByTestId("confirm-count").fill("36");
  await page.getByTestId("run").click();
}

async function chooseEntry(page, verify) {
  if (verify) await page.getByTestId("verify-audit").click();
  await page.getByTestId("audit-row").nth(6).click();
}

async function makeCodes(page) {
  await page.getByTestId("add-machine").click();
  await page.keyboard.press("Escape");
}

async function options(page) {
  await page.getByTestId("more-join-options").click();
  await page.getByTestId("code-uses").fill("20");
  await page.getByTestId("code-name").fill("rack 5");
}

async function toTokens(page) {
  await page.getByTestId("new-token").click();
  await page.getByTestId("make-token").scrollIntoViewIfNeeded();
}

async function makeToken(page) {
  await toTokens(page);
  await page.getByTestId("token-name").fill("release pipeline");
  await page.getByTestId("make-token").click();
}

async function fanOut(page) {
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill("36");
  await page.getByTestId("run").click();
  await page.waitForTimeout(1500);
}

await build({ root: ui, logLevel: "warn" });
const server = await preview({
  root: ui,
  logLevel: "warn",
  preview: { port: 0, host: "127.0.0.1", headers: { "Content-Security-Policy": CSP } },
});
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
mkdirSync(out, { recursive: true });
const problems = [];
const chosen = SHOTS.filter(({ name }) => only.length === 0 || only.includes(name));
for (const shot of matrix ? chosen.filter(({ name }) => !name.endsWith("-light")).flatMap(everyWay) : chosen) {
  const page = await browser.newPage({
    viewport: shot.size ?? { width: 1440, height: 900 },
    ...(shot.locale ? { locale: shot.locale } : {}),
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${shot.name}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${shot.name}: ${error.message}`));
  await page.goto(`${address}?seed=5&still=1&${shot.query}`);
  await page.getByTestId("link-state").and(page.locator('[data-state="live"]')).waitFor();
  await page.waitForTimeout(900);
  await shot.act?.(page);
  await page.waitForTimeout(400);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) problems.push(`${shot.name}: ${wide} px wider than the window`);
  await page.screenshot({ path: join(out, `${shot.name}.png`) });
  await page.close();
  process.stdout.write(`${shot.name}\n`);
}
await browser.close();
await server.close();
if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exitCode = 1;
}
