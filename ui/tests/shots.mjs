/**
 * Pictures of the console at 1440x900, one per state of the design: node ui/tests/shots.mjs <directory> [name…]
 * Builds, serves with the strict content security policy, and fails when the page breaks it or logs an error.
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ui = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = resolve(process.argv[2] ?? "shots");
const only = process.argv.slice(3);
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
  { name: "nexus-empty", query: "n=0&theme=dark" },
  { name: "nexus-empty-light", query: "n=0&theme=light" },
  { name: "nexus-table", query: "n=184&theme=dark&view=table", act: (page) => page.getByTestId("sort-cpu").click() },
  { name: "nexus-palette", query: "n=184&theme=dark&palette=fra-db" },
  { name: "nexus-multi", query: "n=184&theme=dark&select=Ashburn" },
  { name: "nexus-multi-light", query: "n=184&theme=light&select=Ashburn" },
  { name: "nexus-results", query: "n=184&theme=dark&select=Ashburn", act: fanOut },
  {
    name: "nexus-form",
    query: "n=184&theme=dark&open=fra-db-04",
    act: (page) => page.getByTestId("more-fields").click(),
  },
  { name: "nexus-settings", query: "n=3&theme=light&view=settings" },
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
  { name: "audit", query: "n=184&theme=dark&view=audit", act: (page) => chooseEntry(page, true) },
  { name: "audit-light", query: "n=184&theme=light&view=audit", act: (page) => chooseEntry(page, false) },
];

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
for (const shot of SHOTS) {
  if (only.length > 0 && !only.includes(shot.name)) continue;
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${shot.name}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${shot.name}: ${error.message}`));
  await page.goto(`${address}?seed=5&still=1&${shot.query}`);
  await page.getByTestId("link-state").and(page.locator('[data-state="live"]')).waitFor();
  await page.waitForTimeout(900);
  await shot.act?.(page);
  await page.waitForTimeout(400);
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
