/** No serious accessibility violation on any page, in both themes. */
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { MockOptions } from "../src/bridge/mock";
import type { StopView } from "../src/bridge/types";
import { COLUMN_IDS } from "../src/features/table/columns";
import { tableLayout } from "../src/features/table/layout";
import type { Console } from "../src/state/console";
import { eventually, mount, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

async function serious(): Promise<string[]> {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"],
    rules: {
      "page-has-heading-one": { enabled: false },
      // WCAG 2.2, which axe leaves off unless it is asked.
      "target-size": { enabled: true },
    },
  });
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .flatMap((v) =>
      v.nodes.map(
        (node) => `${v.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`,
      ),
    );
}

type Scene = [string, number, (console: Console) => Promise<void> | void, Partial<MockOptions>?];

const SCENES: Scene[] = [
  ["map with what needs attention", 184, () => {}],
  ["table", 184, (console) => console.ui.getState().go("nodes")],
  ["selection", 184, (console) => console.ui.getState().select([1, 2, 3, 4])],
  ["settings", 3, (console) => console.ui.getState().go("settings")],
  [
    "skills, with a method that nodes do not agree on",
    184,
    async (console) => {
      console.ui.getState().go("skills");
      await page.getByTestId("skill-row").filter({ hasText: "read_file" }).click();
    },
  ],
  [
    "a form with every kind of field",
    184,
    async (console) => {
      const docker = [...console.fleet.ordinals()].find((o) => console.fleet.node(o)?.skills.includes("DockerSkill"));
      console.ui.getState().set({ method: "DockerSkill.run" });
      console.ui.getState().openNode(docker ?? 0, "execute");
      await page.getByTestId("more-fields").click();
      for (const part of ["ports", "health", "mounts"]) await page.getByTestId(`add-${part}`).click();
      await page.getByTestId("run").click();
      await expect.element(page.getByTestId("form-problems")).toHaveTextContent("need a look");
    },
  ],
  [
    "calls of before",
    184,
    async (console) => {
      console.ui.getState().openNode(0, "execute");
      await page.getByTestId("recall").click();
      await expect.element(page.getByTestId("saved-call").first()).toBeVisible();
    },
  ],
  ["alerts with a cause", 184, (console) => console.ui.getState().go("alerts")],
  [
    "muting a cause",
    184,
    async (console) => {
      console.ui.getState().go("alerts");
      await page.getByTestId("mute").click();
    },
  ],
  ["alerts when all is quiet", 3, (console) => console.ui.getState().go("alerts")],
  [
    "a rule of alerts",
    184,
    async (console) => {
      console.ui.getState().go("alerts");
      await page.getByRole("button", { name: "Rules" }).click();
      await page.getByTestId("new-alert-rule").click();
      await expect.element(page.getByTestId("alert-preview")).toHaveTextContent("Would fire");
    },
  ],
  ["jobs", 3, (console) => console.ui.getState().go("jobs")],
  ["jobs of all kinds", 184, (console) => console.ui.getState().go("jobs"), { jobs: 1 }],
  [
    "a job with its gate and output in groups",
    184,
    (console) => openJob(console, "OpenSSL security update"),
    { jobs: 1 },
  ],
  [
    "the targets of a job beside a node",
    184,
    async (console) => {
      openJob(console, "inventory");
      await page.getByRole("button", { name: "Targets", exact: true }).click();
      await page.getByTestId("target-row").first().click();
    },
    { jobs: 1 },
  ],
  [
    "rerunning with something unknown",
    184,
    async (console) => {
      openJob(console, "Resolver check");
      await page.getByTestId("job-rerun").click();
    },
    { jobs: 1 },
  ],
  [
    "selection with its policy",
    184,
    async (console) => {
      console.ui.getState().select([1, 2, 3, 4]);
      await page.getByTestId("how").click();
      await page.getByTestId("how-waves").click();
      await page.getByTestId("how-retries").fill("2");
      await page.getByTestId("target-field").fill("tag:s");
    },
  ],
  ["about to stop everything", 3, (console) => console.ui.getState().set({ stopping: true })],
  [
    "everything stopped",
    184,
    async (console) => {
      await console.bridge.fleetStop("wrong config");
      console.jobs
        .getState()
        .takeStop({ ...(console.jobs.getState().stop as StopView), unknown: 2, cannot: 1, held: true });
    },
    { jobs: 1 },
  ],
  [
    "schedules and a new one",
    184,
    async (console) => {
      console.ui.getState().go("jobs");
      console.ui.getState().set({ jobsTab: "schedules" });
      await page.getByTestId("new-schedule").click();
      await page.getByTestId("schedule-when").fill("every weekday at 9am");
      await expect.element(page.getByTestId("when-preview")).toBeVisible();
    },
    { jobs: 1 },
  ],
  [
    "runbooks and the editor with a problem",
    184,
    async (console) => {
      console.ui.getState().go("jobs");
      console.ui.getState().set({ jobsTab: "runbooks" });
      await page.getByTestId("new-runbook").click();
      await page.getByTestId("runbook-text").fill("nothing");
      await page.getByTestId("runbook-save").click();
    },
    { jobs: 1 },
  ],
  ["empty", 0, () => {}],
  ["the first minute", 1, () => localStorage.removeItem("nexus.welcomed")],
  ["alerts", 184, (console) => console.ui.getState().go("alerts")],
  ["skills", 184, (console) => console.ui.getState().go("skills")],
  [
    "table with every column, and which there are",
    184,
    async (console) => {
      const { toggle, reset, columns } = tableLayout.getState();
      reset();
      for (const column of COLUMN_IDS) if (!columns.includes(column)) toggle(column);
      console.ui.getState().go("nodes");
      await page.getByTestId("table-columns").click();
      await expect.element(page.getByTestId("columns-popup")).toBeVisible();
    },
  ],
  [
    "completions of a filter",
    184,
    async (console) => {
      tableLayout.getState().reset();
      console.ui.getState().go("nodes");
      await page.getByTestId("filter").fill("tag:");
      await expect.element(page.getByTestId("completion").first()).toBeVisible();
    },
  ],
  [
    "the menu of a row",
    184,
    async (console) => {
      tableLayout.getState().reset();
      console.ui.getState().go("nodes");
      await page.getByTestId("table-row").nth(14).click({ button: "right" });
      await expect.element(page.getByTestId("row-menu-list")).toBeVisible();
    },
  ],
  [
    "environments",
    3,
    async () => {
      await page.getByTestId("environment").click();
      await expect.element(page.getByTestId("environment-list")).toBeVisible();
    },
  ],
  [
    "connecting to another Nexus, its fingerprint",
    3,
    async () => {
      await page.getByTestId("environment").click();
      await page.getByTestId("menu-connect").click();
      await page.getByTestId("connect-address").fill("ops.example:8765");
      await page.getByTestId("connect-look").click();
      await expect.element(page.getByTestId("connect-fingerprint")).toBeVisible();
    },
  ],
  ["overview", 184, (console) => console.ui.getState().openNode(3, "overview")],
  [
    "form with a problem, then output",
    3,
    async (console) => {
      console.ui.getState().openNode(0, "execute");
      await page.getByTestId("run").click();
      await page.getByTestId("field-command").fill("flood 300");
      await page.getByTestId("run").click();
      await untilState("succeeded");
      await page.getByTestId("field-command").fill("");
      await page.getByTestId("run").click();
    },
  ],
  ["joining", 184, (console) => console.ui.getState().go("joining"), { waiting: 2 }],
  ["what waits for an answer", 184, () => {}, { waiting: 1, approvals: 1 }],
  ["trust", 184, (console) => console.ui.getState().openNode(3, "trust")],
  [
    "trust of a node with the shared token, about to be revoked",
    3,
    async (console) => {
      console.ui.getState().openNode(1, "trust");
      await page.getByTestId("revoke").click();
    },
  ],
  [
    "adding a machine, with all options",
    3,
    async (console) => {
      console.ui.getState().set({ adding: true });
      await page.getByTestId("more-join-options").click();
    },
  ],
  [
    "making a token",
    3,
    async (console) => {
      console.ui.getState().go("settings");
      await page.getByTestId("new-token").click();
    },
  ],
  [
    "approvals and a new rule",
    184,
    async (console) => {
      console.ui.getState().go("approvals");
      await page.getByTestId("new-rule").click();
    },
    { approvals: 1 },
  ],
  [
    "audit with a verdict and an entry",
    184,
    async (console) => {
      console.ui.getState().go("audit");
      await page.getByTestId("verify-audit").click();
      await page.getByTestId("audit-row").first().click();
    },
  ],
  [
    "the fleet at another time, and one of its nodes",
    184,
    async (console) => {
      console.ui.getState().openNode(4);
      console.replay.getState().seek(Date.now() - 8.15 * 3_600_000);
      await expect.element(page.getByTestId("history-plot")).toHaveAttribute("data-drawn", "yes");
      await page.getByTestId("history-as-table").click();
    },
  ],
  [
    "palette",
    184,
    async () => {
      await userEvent.keyboard("{Control>}k{/Control}");
      await page.getByTestId("palette-input").fill("fra");
      await eventually(() => expect(page.getByTestId("palette-option").elements().length).toBeGreaterThan(3));
    },
  ],
];

function openJob(console: Console, label: string): void {
  const { ui, jobs } = console;
  ui.getState().go("jobs");
  ui.getState().showJob(jobs.getState().jobs.find((job) => job.label === label)?.id ?? "");
}

for (const theme of ["dark", "light"] as const) {
  test.each(SCENES)(`${theme}: %s`, { timeout: 60_000 }, async (_name, n, prepare, options = {}) => {
    const { console } = await mount({ n, theme, ...options });
    await eventually(() => expect(document.documentElement.dataset.theme).toBe(theme));
    await prepare(console);
    await new Promise((done) => setTimeout(done, 150));
    expect(await serious()).toEqual([]);
  });
}

test("the check can fail", async () => {
  await mount();
  const bad = document.createElement("div");
  bad.innerHTML = '<button></button><img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">';
  document.body.append(bad);
  expect((await serious()).length).toBeGreaterThan(0);
  bad.remove();
});
