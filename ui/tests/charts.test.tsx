/** Another chart of the map: looked at, made, taken back; and what happens when the swarm changes meanwhile. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Fleet } from "../src/state/fleet";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const places = ({ count, x, y }: Fleet) => Array.from({ length: count }, (_, i) => `${x[i]} ${y[i]}`);
const lookAt = async (by: string) => {
  await page.getByTestId("chart-menu").click();
  await page.getByTestId(`chart-by-${by}`).click();
  await expect.element(page.getByTestId("chart-preview")).toBeVisible();
};

test("a preview moves nothing; Escape gives it up and leaves the rest open", async () => {
  const { console, bridge } = await mount({ n: 184 });
  const before = places(console.fleet);
  await lookAt("role");
  await expect.element(page.getByTestId("chart-preview")).toHaveTextContent("by Role");
  await expect.element(page.getByTestId("chart-preview")).toHaveTextContent("7 groups · 184 nodes move");
  expect(places(console.fleet)).toEqual(before);
  expect((await bridge.chart()).by.dimension).toBe("site");
  console.ui.getState().openNode(3);
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(page.getByTestId("chart-preview").elements()).toHaveLength(0));
  expect(console.ui.getState().open).toBe(3);
  expect(places(console.fleet)).toEqual(before);
});

test("applied, everybody stands where the preview showed; undone, where they stood before", async () => {
  const { console } = await mount({ n: 184 });
  const before = places(console.fleet);
  await lookAt("rack");
  const shown = console.charts.getState().preview?.places ?? [];
  expect(shown).toHaveLength(184);
  await page.getByTestId("chart-apply").click();
  await expect.element(page.getByTestId("chart-made")).toHaveTextContent("Charted by rack");
  for (const [ordinal, group, x, y] of shown) {
    expect([console.fleet.group[ordinal], console.fleet.x[ordinal], console.fleet.y[ordinal]]).toEqual([
      group,
      Math.fround(x),
      Math.fround(y),
    ]);
    expect(console.fleet.node(ordinal)?.group).toBe(group);
  }
  expect(console.fleet.groupLabel(0)).toBe("Rack 1");
  const counted = console.fleet.groupCounts.reduce((sum, c) => sum + (c ? c.online + c.degraded + c.offline : 0), 0);
  expect(counted).toBe(184);
  expect(console.charts.getState().preview).toBeNull();
  await page.getByTestId("chart-undo").click();
  await eventually(() => expect(places(console.fleet)).toEqual(before));
  expect(page.getByTestId("chart-made").elements()).toHaveLength(0);
  expect(console.charts.getState().chart?.canUndo).toBe(false);
});

test("when the swarm changed meanwhile nothing is made: the new picture is shown, and why", async () => {
  const { console, bridge } = await mount({ n: 184 });
  await lookAt("role");
  bridge.control.nodes[0]?.tags.splice(1, 1, "role:oracle");
  await page.getByTestId("chart-apply").click();
  await expect.element(page.getByTestId("chart-preview")).toHaveTextContent("The swarm has changed since this preview");
  await expect.element(page.getByTestId("chart-preview")).toHaveTextContent("8 groups");
  expect((await bridge.chart()).by.dimension).toBe("site");
  await page.getByTestId("chart-apply").click();
  await expect.element(page.getByTestId("chart-made")).toBeVisible();
  expect(console.charts.getState().chart?.number).toBe(2);
});

test("a chart that somebody else makes comes to this window, over a preview too", async () => {
  const { console, bridge } = await mount({ n: 184 });
  await lookAt("role");
  const other = await bridge.previewChart({ dimension: "tag", key: "env" });
  await bridge.applyChart(other.by, other.hash);
  await eventually(() => expect(console.charts.getState().chart?.by).toEqual({ dimension: "tag", key: "env" }));
  expect(console.charts.getState().preview?.by.dimension).toBe("role");
  expect(console.charts.getState().made).toBeNull();
  await page.getByTestId("chart-cancel").click();
  await expect.element(page.getByTestId("chart-menu")).toHaveTextContent("env");
});

test("a host that refuses is told beside the map, and nonsense in a preview harms nobody", async () => {
  const { console } = await mount({ n: 12 }, (bridge) => ({
    ...bridge,
    previewChart: () => Promise.reject({ code: "denied", message: "Your role is too small for that." }),
  }));
  await page.getByTestId("chart-menu").click();
  await page.getByTestId("chart-by-role").click();
  await expect.element(page.getByTestId("chart-problem")).toHaveTextContent("Your role is too small for that.");
  console.fleet.applyChart([], [[5, 99, Number.NaN, 0], [7, 99, 1, 2], [40_000, 0, 1, 1], null as never]);
  console.fleet.commit();
  expect(console.fleet.group[7]).toBe(0);
  expect(console.fleet.x[7]).toBe(1);
  expect(Number.isFinite(console.fleet.x[5] ?? Number.NaN)).toBe(true);
});
