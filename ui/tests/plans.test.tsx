/** Schedules and runbooks: lists, forms with what the host says of them, runs, and files. */
import { afterEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import type { SchedulePlan } from "../src/bridge/types";
import { eventually, mount, unmountAll } from "./mount";

// Many steps each, on machines that have others to serve.
vi.setConfig({ testTimeout: 60_000 });

afterEach(unmountAll);

const count = (id: string) => page.getByTestId(id).elements().length;

async function tab(name: "schedules" | "runbooks", change: Parameters<typeof mount>[1] = (b) => b) {
  const mounted = await mount({ n: 184, jobs: 1 }, change);
  mounted.console.ui.getState().go("jobs");
  await page.getByTestId(`jobs-tab-${name}`).click();
  return mounted;
}

test("schedules are listed with their times, paused ones apart, and can be paused and run", async () => {
  const { console } = await tab("schedules");
  await eventually(() => expect(count("schedule-row")).toBe(2));
  const nightly = page.getByTestId("schedule-row").filter({ hasText: "nightly update" });
  await expect.element(nightly).toHaveTextContent("every day at 2:30");
  await expect.element(nightly).toHaveTextContent("started");
  await expect.element(page.getByTestId("schedule-row").filter({ hasText: "Singapore" })).toHaveTextContent("Paused");
  await nightly.getByTestId("schedule-active").click();
  await expect.element(nightly).toHaveAttribute("data-paused", "true");
  const before = console.jobs.getState().jobs.length;
  await nightly.getByTestId("schedule-run").click();
  await eventually(() => expect(console.jobs.getState().jobs.length).toBe(before + 1));
});

test("a new schedule shows its next times while it is typed, and what is no time is told", async () => {
  const kept: SchedulePlan[] = [];
  await tab("schedules", (bridge) => ({
    ...bridge,
    putSchedule: (id, plan) => {
      kept.push(plan);
      return bridge.putSchedule(id, plan);
    },
  }));
  await page.getByTestId("new-schedule").click();
  await page.getByTestId("schedule-when").fill("now and then");
  await expect.element(page.getByTestId("when-problem")).toHaveTextContent("is no time");
  await page.getByTestId("schedule-when").fill("every weekday at 9am");
  await expect.element(page.getByTestId("when-preview")).toHaveTextContent("0 9 * * 1-5");
  expect(page.getByTestId("when-preview").element().querySelectorAll("li")).toHaveLength(5);
  await page.getByTestId("schedule-zone").fill("Europe/Nowhere");
  await expect.element(page.getByTestId("when-problem")).toHaveTextContent("no time zone");
  await page.getByTestId("schedule-zone").fill("Europe/Warsaw");
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("schedule-problem")).toHaveTextContent("Say on which nodes");
  expect(kept).toHaveLength(0);
  await page.getByTestId("schedule-target").fill("site=sin");
  await expect
    .element(page.getByTestId("schedules").getByTestId("target-note"))
    .toHaveTextContent("22 nodes as of now");
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("schedule-problem")).toHaveTextContent("Give it a name");
  await page.getByTestId("schedule-name").fill("morning look");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("schedule-problem")).toHaveTextContent("may destroy something");
  await page.getByTestId("schedule-meant").click();
  await page.getByTestId("run").click();
  await eventually(() => expect(count("schedule-row")).toBe(3));
  expect(kept.at(-1)).toMatchObject({
    name: "morning look",
    timeZone: "Europe/Warsaw",
    runbook: null,
    confirmDestructive: true,
    job: { target: "site=sin", nodeIds: null, targetsSha256: null, parameters: { command: "uptime" } },
  });
});

test("a schedule that is changed begins with its call, and is removed at the second press", async () => {
  await tab("schedules");
  const nightly = page.getByTestId("schedule-row").filter({ hasText: "nightly update" });
  await nightly.getByTestId("schedule-edit").click();
  await expect.element(page.getByTestId("field-command")).toHaveValue("apt-get -y full-upgrade");
  await expect.element(page.getByTestId("schedule-target")).toHaveValue("site=par and not role=db");
  await nightly.getByTestId("schedule-remove").click();
  expect(count("schedule-row")).toBe(2);
  await nightly.getByTestId("schedule-remove").click();
  await eventually(() => expect(count("schedule-row")).toBe(1));
});

test("a runbook runs with its parameters; what is missing is told, the run can be cancelled", async () => {
  await tab("runbooks");
  await page.getByTestId("runbook-run").click();
  await expect.element(page.getByTestId("run-dialog")).toHaveTextContent("2 steps: resolve, reach");
  await page.getByTestId("run-dialog").getByTestId("run").click();
  expect(count("run-row")).toBe(0);
  await page.getByTestId("field-name").fill("registry.internal");
  await page.getByTestId("run-dialog").getByTestId("run").click();
  await expect.element(page.getByTestId("run-row")).toHaveAttribute("data-state", "running");
  await page.getByTestId("run-cancel").click();
  await expect.element(page.getByTestId("run-row")).toHaveAttribute("data-state", "cancelled");
});

test("a runbook is changed as text, and the host's words stand under it", async () => {
  await tab("runbooks");
  await page.getByTestId("runbook-edit").click();
  await expect.element(page.getByTestId("runbook-text")).toHaveValue(expect.stringContaining("[[steps]]"));
  await page.getByTestId("runbook-text").fill('name = "network-check"\nthis is nothing\n');
  await page.getByTestId("runbook-save").click();
  await expect.element(page.getByTestId("runbook-problem")).toHaveTextContent("line 2: expected a key and a value");
  await page.getByTestId("runbook-text").fill('name = "network-check"\n[[steps]]\nname = "only"\n');
  await page.getByTestId("runbook-save").click();
  await eventually(() => expect(count("runbook-editor")).toBe(0));
  await expect.element(page.getByTestId("runbook-row")).toHaveTextContent("version 3");
  await page.getByTestId("runbook-export").click();
  await expect.element(page.getByTestId("toast")).toHaveTextContent("network-check.toml");
});

test("older versions of a runbook are looked at, compared with the newest, and taken back", async () => {
  const { console, bridge } = await mount({ n: 184, jobs: 1 });
  console.ui.getState().go("jobs");
  console.ui.getState().set({ jobsTab: "runbooks" });
  await page.getByTestId("runbook-edit").click();
  await page.getByTestId("runbook-show-versions").click();
  await eventually(() => expect(page.getByTestId("runbook-version").elements()).toHaveLength(2));
  const diff = page.getByTestId("runbook-diff");
  await expect.element(diff).toHaveTextContent('target = "site=lab"');
  await expect.element(diff).toHaveTextContent('target = "site=sin"');
  await page.getByTestId("runbook-take-back").click();
  await expect.element(page.getByTestId("runbook-text")).toHaveValue(await bridge.runbookText("network-check", 1));
  await page.getByTestId("runbook-save").click();
  await eventually(async () => expect(await bridge.runbookVersions("network-check")).toHaveLength(3));
});
