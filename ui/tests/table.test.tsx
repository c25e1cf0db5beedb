/** The table with 100,000 rows: it comes up quickly, draws few of them, sorts, filters and follows live changes. */
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const names = () => [...document.querySelectorAll('[data-testid="table-row"] bdi')].map((el) => el.textContent ?? "");

test("100,000 nodes in a table", { timeout: 30_000 }, async () => {
  const { console } = await mount({ n: 100_000 });
  await eventually(() => expect(console.fleet.size).toBe(100_000), { timeout: 15_000 });
  const from = performance.now();
  console.ui.getState().go("nodes");
  await eventually(() => expect(names().length).toBeGreaterThan(10), { timeout: 5000, interval: 10 });
  expect(performance.now() - from).toBeLessThan(3000);
  expect(names().length).toBeLessThan(60);
  expect(page.getByTestId("node-table").element().getAttribute("aria-rowcount")).toBe("100001");

  await page.getByTestId("sort-name").click();
  const ascending = names();
  expect(ascending).toEqual([...ascending].sort());
  const grid = page.getByTestId("node-table").element();
  grid.scrollTop = grid.scrollHeight;
  await eventually(() => expect(names().at(-1)).not.toBe(ascending.at(-1)));
  expect(names().length).toBeLessThan(60);

  await page.getByTestId("filter").fill("lab-");
  const labs = [...console.fleet.ordinals()].filter((o) => console.fleet.node(o)?.name.startsWith("lab-")).length;
  await eventually(() => expect(grid.getAttribute("aria-rowcount")).toBe(String(labs + 1)));
  await page.getByTestId("status-chip-offline").click();
  await eventually(() => expect(Number(grid.getAttribute("aria-rowcount"))).toBeLessThan(labs));
});

test("rows tell the truth as it changes, and stay where they are", async () => {
  const { console, bridge } = await mount({ n: 184 });
  console.ui.getState().go("nodes");
  await page.getByTestId("sort-name").click();
  await eventually(() => expect(names().length).toBeGreaterThan(10));
  const before = names();
  const row = () =>
    [...document.querySelectorAll('[data-testid="table-row"]')].find((el) => el.textContent?.includes("Online"));
  const ordinal = Number(row()?.getAttribute("data-ordinal"));
  bridge.control.emit({ kind: "vitals", rows: [[ordinal, 0.99, 0.5, 7]] });
  await eventually(() =>
    expect(document.querySelector(`[data-ordinal="${ordinal}"][role="row"]`)?.textContent).toContain("99 %"),
  );
  bridge.control.disconnect(ordinal);
  await eventually(() =>
    expect(document.querySelector(`[data-ordinal="${ordinal}"][role="row"]`)?.textContent).toContain("Offline"),
  );
  expect(names()).toEqual(before);
});

test("a click opens, Shift-click selects, the map knows", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().go("nodes");
  await page.getByTestId("table-row").nth(2).click();
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
  await page
    .getByTestId("table-row")
    .nth(4)
    .click({ modifiers: ["Shift"] });
  expect(console.ui.getState().selected.size).toBe(2);
  console.ui.getState().go("map");
  await expect.element(page.getByTestId("selection-bar")).toHaveTextContent("2 nodes");
});
