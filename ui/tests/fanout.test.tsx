/** Running on many nodes: preview, the typed count, results by outcome. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { JobRequest } from "../src/bridge/types";
import { clickStar, eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

test("offline nodes are left out, and results are grouped by outcome", async () => {
  const { console } = await mount({ n: 184 });
  const group = console.fleet.groups.findIndex((g) => g.label === "Frankfurt");
  const members = [...console.fleet.ordinals()].filter((o) => console.fleet.group[o] === group);
  const offline = members.filter((o) => console.fleet.node(o)?.state === "offline").length;
  console.ui.getState().select(members);
  await expect.element(page.getByTestId("excluded")).toHaveTextContent(`${offline} offline nodes will be left out`);
  await expect
    .element(page.getByTestId("touched"))
    .toHaveTextContent(`On ${members.length} nodes · can destroy things`);
  await expect
    .element(page.getByTestId("aim"))
    .toHaveTextContent(`${members.length - offline} online · ${offline} offline`);
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill(String(members.length));
  await page.getByTestId("run").click();
  await expect
    .element(page.getByTestId("outcome-succeeded"), { timeout: 5000 })
    .toHaveTextContent(`${members.length - offline} succeeded`);
  await expect.element(page.getByTestId("outcome-skipped")).toHaveTextContent(`${offline} skipped`);
  await page.getByTestId("job-result").first().click();
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
  await expect.element(page.getByTestId("output")).toHaveTextContent("load average");
});

test("what destroys asks for the typed number of nodes", async () => {
  const { console } = await mount({ n: 3 });
  console.ui.getState().set({ method: "FileSkill.delete" });
  console.ui.getState().select([0, 2]);
  await expect.element(page.getByTestId("confirm-count")).toBeVisible();
  await page.getByTestId("field-paths").fill("/tmp/x");
  await expect.element(page.getByTestId("run")).toBeDisabled();
  await page.getByTestId("confirm-count").fill("3");
  await expect.element(page.getByTestId("run")).toBeDisabled();
  await page.getByTestId("confirm-count").fill("2");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("job-results")).toBeVisible();
});

test("Shift-click gathers stars, and a job that runs can be stopped as a whole", async () => {
  const { console } = await mount({ n: 3 });
  await clickStar("atlas");
  await clickStar("nas-01", ["Shift"]);
  expect([...console.ui.getState().selected].sort()).toEqual([0, 2]);
  await page.getByTestId("field-command").fill("watch");
  await page.getByTestId("confirm-count").fill("2");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("outcome-running")).toHaveTextContent("2 running");
  await expect.element(page.getByTestId("strip-job")).toHaveTextContent("0 / 2");
  await page.getByTestId("stop-all").click();
  await expect.element(page.getByTestId("outcome-cancelled")).toHaveTextContent("2 cancelled");
});

test("a set that changed since it was shown is not run: the new one is shown first", async () => {
  const { bridge, console } = await mount({ n: 184 });
  const { ui } = console;
  const resolved = await bridge.resolveTarget({ target: "site=lab", nodeIds: null, skill: null, method: null });
  ui.getState().select(resolved.ordinals, false, "site=lab");
  await expect.element(page.getByTestId("aim")).toHaveTextContent(resolved.targetsSha256.slice(0, 8));
  const late = bridge.control.enrol();
  late.tags.push("site:lab");
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill("9");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("set-changed")).toHaveTextContent("other nodes are meant by now, 10 in all");
  expect(console.jobs.getState().jobs).toHaveLength(0);
  await eventually(() => expect(ui.getState().selected.has(late.ordinal)).toBe(true));
  await expect.element(page.getByTestId("confirm-count")).toHaveValue("");
  await page.getByTestId("confirm-count").fill("10");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("outcome-succeeded")).toHaveTextContent("10 succeeded");
});

test("the field says who is meant while it is typed, completes, and Enter selects", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().select([1, 2]);
  await page.getByTestId("target-field").fill("tag:site:si");
  await eventually(() => expect(page.getByTestId("completion").elements().length).toBe(1));
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await expect.element(page.getByTestId("target-field")).toHaveValue("tag:site:sin");
  await expect.element(page.getByTestId("target-note")).toHaveTextContent("22 nodes");
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(console.ui.getState().selected.size).toBe(22));
  expect(console.ui.getState().target).toBe("tag:site:sin");
  await page.getByTestId("target-field").fill("tag:nobody");
  await expect.element(page.getByTestId("target-note")).toHaveTextContent("none of the 184 nodes");
  await page.getByTestId("target-field").fill("(tag:x");
  await expect.element(page.getByTestId("target-note")).toHaveTextContent("parenthesis");
  expect(console.ui.getState().selected.size).toBe(22);
});

test("the policy is sent; what makes no sense is told and cannot be run", async () => {
  const sent: JobRequest[] = [];
  const { console } = await mount({ n: 184 }, (bridge) => ({
    ...bridge,
    submitJob: (request) => {
      sent.push(request);
      return bridge.submitJob(request);
    },
  }));
  console.ui.getState().select([1, 2, 3, 4, 5, 6]);
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill("6");
  await page.getByTestId("how").click();
  await page.getByTestId("how-label").fill("a first look");
  await page.getByTestId("how-waves").click();
  await page.getByTestId("how-steps").fill("50, 20");
  await expect.element(page.getByTestId("how-problem")).toHaveTextContent("larger than the one before");
  await expect.element(page.getByTestId("run")).toBeDisabled();
  await page.getByTestId("how-steps").fill("50");
  await page.getByTestId("how-retries").fill("1");
  await expect.element(page.getByTestId("how-problem")).toHaveTextContent("twice");
  await page.getByTestId("how-consent").click();
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("gate")).toHaveTextContent("Wave 1 of 3 is done: 1 succeeded");
  await expect.element(page.getByTestId("job-results")).toHaveTextContent("a first look");
  expect(sent[0]).toMatchObject({
    label: "a first look",
    nodeIds: expect.arrayContaining([expect.any(String)]),
    confirmCount: 6,
    waves: { canary: 1, steps: [50], gate: "ask" },
    retry: { limit: 1, consent: true },
  });
  await page.getByTestId("gate-continue").click();
  await expect.element(page.getByTestId("gate")).toHaveTextContent("Wave 2 of 3");
  await page.getByTestId("open-job").click();
  await expect.element(page.getByTestId("run-page")).toBeVisible();
});

test("a node whose part in a job failed carries the diamond until the job is opened", async () => {
  const { console } = await mount({ n: 3 });
  console.ui.getState().select([0, 2]);
  await page.getByTestId("field-command").fill("exit 3");
  await page.getByTestId("confirm-count").fill("2");
  await page.getByTestId("run").click();
  await page.getByRole("button", { name: "Close" }).click();
  await eventually(() => expect([console.fleet.status[0], console.fleet.status[2]]).toEqual([5, 5]));
  await expect.element(page.getByTestId("cause").first()).toHaveTextContent("Failed in a job");
  console.ui.getState().go("jobs");
  await page.getByTestId("job-row").click();
  await eventually(() => expect(console.fleet.status[0]).not.toBe(5));
});

test("in the palette an expression selects exactly who is meant, or runs on them", async () => {
  const { console } = await mount({ n: 184 });
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("site=sin and not role=web");
  await expect.element(page.getByTestId("palette-option").first()).toHaveTextContent(/Select \d+ nodes:/);
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(console.ui.getState().target).toBe("site=sin and not role=web"));
  const names = [...console.ui.getState().selected].map((ordinal) => console.fleet.node(ordinal)?.name ?? "");
  expect(names.length).toBeGreaterThan(5);
  expect(names.every((name) => name.startsWith("sin-") && !name.includes("web"))).toBe(true);
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("group:lab");
  await expect.element(page.getByTestId("palette-option").first()).toHaveTextContent("Select 9 nodes:");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await eventually(() => expect(console.ui.getState().selected.size).toBe(9));
  await eventually(() => expect(document.activeElement?.tagName).toBe("INPUT"));
});

test("the lasso selects what it encloses", async () => {
  const { console } = await mount({ n: 3 });
  await page.getByTestId("lasso").click();
  const canvas = page.getByTestId("map-canvas").element() as HTMLCanvasElement;
  const { width, height, left, top } = canvas.getBoundingClientRect();
  const corners = [
    [10, 80],
    [width - 10, 80],
    [width - 10, height - 150],
    [10, height - 150],
    [10, 80],
  ];
  const fire = (type: string, [x, y]: number[], buttons: number) =>
    canvas.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true,
        pointerId: 1,
        isPrimary: true,
        pointerType: "mouse",
        button: type === "pointermove" ? -1 : 0,
        buttons,
        clientX: left + (x ?? 0),
        clientY: top + (y ?? 0),
      }),
    );
  fire("pointerdown", corners[0] as number[], 1);
  for (const corner of corners.slice(1)) fire("pointermove", corner, 1);
  fire("pointerup", corners[0] as number[], 0);
  await eventually(() => expect(console.ui.getState().selected.size).toBeGreaterThanOrEqual(2));
  expect(console.ui.getState().lasso).toBe(false);
  await expect.element(page.getByTestId("selection-bar")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  expect(console.ui.getState().selected.size).toBe(0);
});

test("an expression is saved as a group, chosen by its name, and removed at the second press", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().select([1]);
  await page.getByTestId("target-field").fill("site=lab");
  await expect.element(page.getByTestId("target-note")).toHaveTextContent("9 nodes");
  await page.getByTestId("target-field").click();
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(console.ui.getState().selected.size).toBe(9));
  await page.getByTestId("saved-groups").click();
  await page.getByTestId("group-name").fill("The Lab");
  await page.getByTestId("save-group").click();
  await expect.element(page.getByText("A name has small letters")).toBeVisible();
  await page.getByTestId("group-name").fill("lab");
  await page.getByTestId("save-group").click();
  await expect.element(page.getByTestId("saved-group")).toHaveTextContent("@lab9 nodes");
  console.ui.getState().select([1, 2]);
  await page.getByRole("button", { name: "@lab" }).click();
  await eventually(() => expect(console.ui.getState().target).toBe("@lab"));
  expect(console.ui.getState().selected.size).toBe(9);
  await page.getByRole("button", { name: "Remove the group lab" }).click();
  await page.getByRole("button", { name: "Yes, remove the group lab" }).click();
  await eventually(() => expect(page.getByTestId("saved-group").elements()).toHaveLength(0));
});
