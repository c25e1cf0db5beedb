/** No serious accessibility violation on any page, in both themes. */
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { MockOptions } from "../src/bridge/mock";
import type { StopView } from "../src/bridge/typesJob";
import type { Console } from "../src/state/console";
import { eventually, mount, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

async function serious(): Promise<string[]> {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"],
    rules: { "page-has-heading-one": { enabled: false } },
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
  test.each(SCENES)(`${theme}: %s`, async (_name, n, prepare, options = {}) => {
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
