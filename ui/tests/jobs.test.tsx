/** Jobs on the screen: the list, one as a page with its waves and gate, output in groups, targets, and what is searched. */
import { afterEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import type { Console } from "../src/state/console";
import { eventually, mount, outputText, unmountAll } from "./mount";

afterEach(unmountAll);

const count = (id: string) => page.getByTestId(id).elements().length;

async function opened(label: string) {
  const mounted = await mount({ n: 184, jobs: 1 });
  const { ui, jobs } = mounted.console;
  ui.getState().go("jobs");
  const job = jobs.getState().jobs.find((one) => one.label === label);
  ui.getState().showJob(job?.id ?? "");
  await expect.element(page.getByTestId("run-page")).toBeVisible();
  return { ...mounted, job: job?.id ?? "" };
}

const jobOf = (console: Console, id: string) => console.jobs.getState().jobs.find((job) => job.id === id);

test("those under way stand first, a filter narrows, a row opens the page, back leads to the list", async () => {
  const { console } = await mount({ n: 184, jobs: 1 });
  await page.getByTestId("rail-jobs").click();
  await eventually(() => expect(count("job-row")).toBe(7));
  const states = page
    .getByTestId("job-row")
    .elements()
    .map((row) => row.getAttribute("data-state"));
  expect(states.slice(0, 3).sort()).toEqual(["paused", "running", "running"]);
  await page.getByTestId("job-filter").fill("openssl iad");
  await eventually(() => expect(count("job-row")).toBe(1));
  await page.getByTestId("job-row").click();
  await expect.element(page.getByTestId("run-page").getByRole("heading")).toHaveTextContent("OpenSSL security update");
  await page.getByTestId("run-back").click();
  await eventually(() => expect(count("run-page")).toBe(0));
  await page.getByRole("button", { name: "Failed or unknown" }).click();
  await eventually(() => expect(count("job-row")).toBe(3));
  expect(console.ui.getState().page).toBe("jobs");
});

test("a gate says how the wave went; going on sends the next one, and the job ends", async () => {
  const { console, job } = await opened("OpenSSL security update");
  await expect.element(page.getByTestId("gate")).toHaveTextContent("Wave 2 of 3 is done: 13 succeeded, 1 failed");
  const waves = [...page.getByTestId("waves").element().querySelectorAll("li")];
  expect(waves.map((wave) => wave.getAttribute("data-state"))).toEqual(["done", "done", "ahead"]);
  await page.getByTestId("gate-continue").click();
  await eventually(() => expect(count("gate")).toBe(0));
  await eventually(() => expect(jobOf(console, job)?.finishedAt).not.toBeNull());
  await expect.element(page.getByTestId("job-state")).toHaveTextContent("Failed");
});

test("a gate stands where the eye falls first, and is answered there", async () => {
  const { console } = await mount({ n: 184, jobs: 1 });
  await expect.element(page.getByTestId("rail-mark-jobs")).toBeInTheDocument();
  await expect
    .element(page.getByTestId("attention-count"))
    .toHaveAttribute("aria-label", expect.stringContaining("1 waiting at a gate"));
  await page.getByTestId("gate-short").getByTestId("gate-cancel").click();
  await eventually(() => expect(count("gate-short")).toBe(0));
  expect(console.jobs.getState().jobs.some((job) => job.state === "cancelled" && job.label !== "")).toBe(true);
});

test("cancelling at a gate never sends what waits", async () => {
  const { console, job } = await opened("OpenSSL security update");
  await page.getByTestId("gate-cancel").click();
  await expect.element(page.getByTestId("job-state")).toHaveTextContent("Cancelled");
  expect(jobOf(console, job)?.counts).toMatchObject({ queued: 0, cancelled: 21, succeeded: 13 });
});

test("a refused control is told, and the job stays as it is", async () => {
  await mount({ n: 184, jobs: 1 }, (bridge) => ({
    ...bridge,
    controlJob: () => Promise.reject({ code: "denied", message: "You may not do that." }),
  }));
  await page.getByTestId("rail-jobs").click();
  await page.getByTestId("job-row").first().click();
  await page.getByTestId("job-pause").click();
  await expect.element(page.getByTestId("toast")).toHaveTextContent("Could not pause inventory: You may not do that.");
  await expect.element(page.getByTestId("job-state")).toHaveTextContent("Running");
});

test("output is grouped, odd ones first and against the majority, and its control sequences are gone", async () => {
  await opened("Which kernel runs where");
  await eventually(() => expect(count("group")).toBe(4));
  const groups = page.getByTestId("group").elements();
  expect(groups.map((group) => group.getAttribute("data-majority"))).toEqual(["false", "false", "false", "true"]);
  expect(groups[0]?.textContent).toContain("2 failed, code 127");
  expect(groups[0]?.querySelector("ins")?.textContent).toBe("sh: 1: systemctl: not found");
  expect(groups[0]?.querySelector("del")?.textContent).toBe("Linux 6.18.0");
  const degraded = groups.find((group) => group.textContent?.includes("degraded"));
  expect(degraded?.querySelector("ins")?.textContent).toBe("degraded");
  expect(document.body.textContent).not.toContain("\u001b");
  await page.getByTestId("group-node").first().click();
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
  await eventually(() => expect(outputText()).toContain("systemctl: not found"));
  expect(count("run-page")).toBe(1);
});

test("hostile output in a group stays text, with overrides and markup harmless", async () => {
  const hostile = "\u001b[2J\u001b]0;owned\u0007<img src=x onerror=alert(1)> safe \u202eesrever\u202c\r\nend";
  await mount({ n: 184, jobs: 1 }, (bridge) => ({
    ...bridge,
    jobGroups: async (id) => {
      const { groups } = await bridge.jobGroups(id);
      return {
        groups: groups.slice(0, 1).map((group) => ({ ...group, majority: true, diff: null, text: hostile })),
        omitted: 3,
      };
    },
  }));
  await page.getByTestId("rail-jobs").click();
  await page.getByTestId("job-filter").fill("kernel");
  await page.getByTestId("job-row").click();
  await expect
    .element(page.getByTestId("group-text"))
    .toHaveTextContent("<img src=x onerror=alert(1)> safe esrever end");
  await expect.element(page.getByTestId("groups")).toHaveTextContent("And 3 more groups");
  expect(document.querySelector('[data-testid="group"] img')).toBeNull();
  expect(page.getByTestId("group-text").element().textContent).not.toMatch(/owned|\u202e/);
});

test("a long difference is folded, so that a hundred of them do not drown the page", async () => {
  const diff = Array.from({ length: 5000 }, (_, i) => `+line ${i}`).join("\n");
  await mount({ n: 184, jobs: 1 }, (bridge) => ({
    ...bridge,
    jobGroups: async (id) => {
      const { groups } = await bridge.jobGroups(id);
      return { groups: groups.map((group) => (group.majority ? group : { ...group, diff })), omitted: 0 };
    },
  }));
  await page.getByTestId("rail-jobs").click();
  await page.getByTestId("job-filter").fill("kernel");
  await page.getByTestId("job-row").click();
  await eventually(() => expect(count("group-diff")).toBe(3));
  expect(page.getByTestId("group-diff").first().element().children).toHaveLength(60);
  await page.getByRole("button", { name: "Show 4,940 more lines" }).first().click();
  await eventually(() => expect(page.getByTestId("group-diff").first().element().children).toHaveLength(2000));
});

test("groups are read again after the job moved on, and not before", async () => {
  let reads = 0;
  const { bridge, console } = await mount({ n: 184, jobs: 1 }, (b) => ({
    ...b,
    jobGroups: (id) => {
      reads += 1;
      return b.jobGroups(id);
    },
  }));
  console.ui.getState().go("jobs");
  const job = console.jobs.getState().jobs.find((one) => one.label === "inventory");
  if (!job) throw new Error("no job");
  console.ui.getState().showJob(job.id);
  await eventually(() => expect(count("group")).toBeGreaterThan(0));
  expect(reads).toBe(1);
  for (let i = 0; i < 5; i++) bridge.control.emit({ kind: "job", job });
  await eventually(() => expect(reads).toBe(2));
  expect(reads).toBe(2);
});

test("a job that never rests is read all the same", async () => {
  let reads = 0;
  const { bridge, console } = await mount({ n: 184, jobs: 1 }, (b) => ({
    ...b,
    jobGroups: (id) => {
      reads += 1;
      return b.jobGroups(id);
    },
  }));
  const job = console.jobs.getState().jobs.find((one) => one.label === "inventory");
  if (!job) throw new Error("no job");
  console.ui.getState().go("jobs");
  console.ui.getState().showJob(job.id);
  await eventually(() => expect(reads).toBe(1));
  const storm = setInterval(() => bridge.control.emit({ kind: "job", job }), 40);
  try {
    await eventually(() => expect(reads).toBeGreaterThan(3));
  } finally {
    clearInterval(storm);
  }
});

test("a job that the feed does not tell any more is read; one that is gone is told", async () => {
  const { console, bridge } = await mount({ n: 184, jobs: 1 });
  const job = console.jobs.getState().jobs.find((one) => one.label === "nightly update");
  if (!job) throw new Error("no job");
  console.jobs.getState().replace([], null);
  console.ui.getState().go("jobs");
  console.ui.getState().showJob(job.id);
  await expect.element(page.getByTestId("run-page").getByRole("heading")).toHaveTextContent("nightly update");
  console.ui.getState().showJob("nobody");
  await expect.element(page.getByTestId("job-missing")).toHaveTextContent("There is no such job");
  await page.getByRole("button", { name: "All jobs" }).click();
  await expect.element(page.getByText("that is a job")).toBeVisible();
  expect(bridge.control.subscriptions).toBe(1);
});

test("targets are listed, chips filter them, a row opens the node", async () => {
  await opened("inventory");
  await page.getByRole("button", { name: "Targets", exact: true }).click();
  await eventually(() => expect(count("target-row")).toBeGreaterThan(10));
  await page.getByTestId("chip-unknown").click();
  await eventually(() => expect(count("target-row")).toBe(1));
  await expect.element(page.getByTestId("target-row")).toHaveTextContent("before it could say how this ended");
  await page.getByTestId("target-row").click();
  await expect.element(page.getByTestId("execution-state")).toHaveTextContent("Unknown");
});

test("a search goes through everything that was written", async () => {
  await opened("OpenSSL security update");
  await page.getByTestId("output-search").fill("dpkg frontend");
  await eventually(() => expect(count("hit")).toBe(1));
  await expect.element(page.getByTestId("hit")).toHaveTextContent("iad-");
  await page.getByTestId("output-search").fill("nowhere at all");
  await expect.element(page.getByTestId("hits")).toHaveTextContent("Nothing was written");
});

test("rerunning takes what failed; what is unknown only after its own tick", async () => {
  const asked: unknown[] = [];
  const { console } = await mount({ n: 184, jobs: 1 }, (bridge) => ({
    ...bridge,
    rerunJob: (request) => {
      asked.push(request.only, request.confirmCount);
      return bridge.rerunJob(request);
    },
  }));
  const job = console.jobs.getState().jobs.find((one) => one.label === "Which kernel runs where");
  if (!job) throw new Error("no job");
  console.ui.getState().go("jobs");
  console.jobs.getState().take({ ...job, counts: { ...job.counts, unknown: 1, succeeded: job.counts.succeeded - 1 } });
  console.ui.getState().showJob(job.id);
  await page.getByTestId("job-rerun").click();
  await expect.element(page.getByTestId("rerun-go")).toHaveTextContent("Rerun on 2 nodes");
  await page.getByTestId("rerun-unknown").click();
  await expect.element(page.getByTestId("rerun-go")).toHaveTextContent("Rerun on 3 nodes");
  await page.getByTestId("rerun-unknown").click();
  await expect.element(page.getByTestId("rerun-go")).toBeDisabled();
  await page.getByTestId("rerun-count").fill("2");
  await page.getByTestId("rerun-go").click();
  await eventually(() => expect(asked).toEqual([["failed"], 2]));
  await eventually(() => expect(console.ui.getState().job).not.toBe(job.id));
  await expect.element(page.getByTestId("run-page")).toHaveTextContent("a rerun of");
});

test("a job of another instance, of which no events come, is read again while it goes on, and not when nobody looks", async () => {
  const { console } = await mount({ n: 184, jobs: 1 });
  const known = console.jobs.getState().jobs.find((one) => one.state === "running");
  if (!known) throw new Error("the mock has a running job");
  const far = { ...known, id: "elsewhere", label: "Far away" };
  const asked = vi.spyOn(console.bridge, "job").mockImplementation(async () => ({ ...far }));
  const { ui } = console;
  ui.getState().go("jobs");
  ui.getState().showJob(far.id);
  await expect.element(page.getByTestId("run-page").getByRole("heading")).toHaveTextContent("Far away");
  asked.mockImplementation(async () => ({ ...far, label: "Moved on" }));
  await expect.element(page.getByTestId("run-page").getByRole("heading")).toHaveTextContent("Moved on");
  asked.mockRejectedValueOnce({ code: "instance_away", message: 'instance "first": it does not answer in time' });
  asked.mockImplementation(async () => ({ ...far, label: "Back again" }));
  await expect.element(page.getByTestId("run-page").getByRole("heading")).toHaveTextContent("Back again");
  asked.mockImplementation(async () => ({
    ...far,
    state: "succeeded",
    finishedAt: known.submittedAt,
    label: "Over",
  }));
  await expect.element(page.getByTestId("run-page").getByRole("heading")).toHaveTextContent("Over");
  const count = asked.mock.calls.length;
  await new Promise((done) => setTimeout(done, 1500));
  expect(asked.mock.calls.length).toBe(count);
}, 60_000);
