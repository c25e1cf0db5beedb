/** Running on many nodes: preview, the typed count, results by outcome. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
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
    .toHaveTextContent(`On ${members.length - offline} nodes · can destroy things`);
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill(String(members.length - offline));
  await page.getByTestId("run").click();
  await expect
    .element(page.getByTestId("outcome-succeeded"), { timeout: 5000 })
    .toHaveTextContent(`${members.length - offline} succeeded`);
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
