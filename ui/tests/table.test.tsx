/** The table: 100,000 rows, order, filter, columns, selection and keys, and that it tells the truth as it changes. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { tableLayout } from "../src/features/table/layout";
import { eventually, mount, unmountAll } from "./mount";

beforeEach(() => tableLayout.getState().reset());
afterEach(unmountAll);

const names = () =>
  [...document.querySelectorAll('[data-testid="table-row"] bdi:first-child')].map((el) => el.textContent ?? "");
const grid = () => page.getByTestId("node-table").element() as HTMLElement;
const rowCount = () => Number(grid().getAttribute("aria-rowcount")) - 1;

async function table(n = 184) {
  const mounted = await mount({ n });
  mounted.console.ui.getState().go("nodes");
  await eventually(() => expect(names().length).toBeGreaterThan(2));
  return mounted;
}

test("100,000 nodes in a table", { timeout: 40_000 }, async () => {
  const { console } = await mount({ n: 100_000 });
  await eventually(() => expect(console.fleet.size).toBe(100_000), { timeout: 15_000 });
  console.ui.getState().go("nodes");
  await eventually(() => expect(names().length).toBeGreaterThan(10), { timeout: 8000, interval: 10 });
  expect(names().length).toBeLessThan(60);
  expect(rowCount()).toBe(100_000);

  await page.getByTestId("sort-name").click();
  const ascending = names();
  expect(ascending).toEqual([...ascending].sort());
  grid().scrollTop = grid().scrollHeight;
  await eventually(() => expect(names().at(-1)).not.toBe(ascending.at(-1)));
  expect(names().length).toBeLessThan(60);

  await page.getByTestId("filter").fill("lab-");
  const labs = [...console.fleet.ordinals()].filter((o) => console.fleet.node(o)?.name.startsWith("lab-")).length;
  await eventually(() => expect(rowCount()).toBe(labs));
  await page.getByTestId("status-chip-offline").click();
  await eventually(() => expect(rowCount()).toBeLessThan(labs));
});

test("rows tell the truth as it changes, and stay where they are", async () => {
  const { console, bridge } = await table();
  await page.getByTestId("sort-cpu").click();
  await eventually(() => expect(names().length).toBeGreaterThan(10));
  const before = names();
  const row = () =>
    [...document.querySelectorAll('[data-testid="table-row"]')].filter((el) => el.textContent?.includes("Online"))[3];
  const ordinal = Number(row()?.getAttribute("data-ordinal"));
  const text = () => document.querySelector(`[data-ordinal="${ordinal}"][role="row"]`)?.textContent;
  bridge.control.emit({ kind: "vitals", rows: [[ordinal, 0.01, 0.5, 7]] });
  await eventually(() => expect(text()).toContain("1 %"));
  bridge.control.disconnect(ordinal);
  await eventually(() => expect(text()).toContain("Offline"));
  expect(names()).toEqual(before);
  expect(console.fleet.size).toBe(184);
});

test("an expression is answered by the Nexus, and filters the map as well", async () => {
  const { console } = await table();
  await page.getByTestId("filter").fill("site=par and not role=db");
  await eventually(() => expect(console.ui.getState().meant?.ordinals.size).toBeGreaterThan(0));
  const meant = console.ui.getState().meant?.ordinals ?? new Set();
  await eventually(() => expect(rowCount()).toBe(meant.size));
  for (const o of meant) expect(console.fleet.groupLabel(o)).toBe("Paris");
  await page.getByTestId("filter").fill("tag:");
  await page.getByTestId("completion").first().click();
  await eventually(() => expect(console.ui.getState().search).toMatch(/^tag:\w+/));
  await page.getByTestId("filter").fill("((");
  await eventually(() => expect(rowCount()).toBe(0));
  await page.getByRole("button", { name: "Show all nodes" }).click();
  await eventually(() => expect(rowCount()).toBe(184));
});

test("a click opens, Ctrl gathers, Shift takes all between, the map knows", async () => {
  const { console } = await table();
  const row = (i: number) => page.getByTestId("table-row").nth(i);
  await row(2).click();
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
  await row(4).click({ modifiers: ["Shift"] });
  expect(console.ui.getState().selected.size).toBe(3);
  await row(7).click({ modifiers: ["Control"] });
  expect(console.ui.getState().selected.size).toBe(4);
  await row(3).click({ modifiers: ["Control"] });
  expect(console.ui.getState().selected.size).toBe(3);
  console.ui.getState().go("map");
  await expect.element(page.getByTestId("selection-bar")).toHaveTextContent("3 nodes");
});

test("keys: ends, ranges, all, and the next name that begins so", async () => {
  const { console } = await table();
  await page.getByTestId("sort-name").click();
  const { ui, fleet } = console;
  const nameNow = () => fleet.node(ui.getState().cursor ?? -1)?.name ?? "";
  grid().focus();
  await userEvent.keyboard("{Home}{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
  expect(ui.getState().selected.size).toBe(3);
  await userEvent.keyboard("{End}");
  const active = grid().getAttribute("aria-activedescendant") ?? "";
  await eventually(() => expect(document.getElementById(active)).not.toBeNull());
  // The row under the keyboard is there to be named wherever the view is.
  grid().scrollTop = 0;
  await eventually(() => expect(names()[0]).toMatch(/^edg/));
  expect(document.getElementById(active)).not.toBeNull();
  await userEvent.keyboard("{PageUp}");
  expect(nameNow()).not.toBe("");
  await userEvent.keyboard("fra-db");
  expect(nameNow()).toMatch(/^fra-db/);
  await eventually(() => expect(document.querySelector('[data-testid="type-ahead"]')).toBeNull());
  await userEvent.keyboard("'lab");
  expect(nameNow()).toMatch(/^lab/);
  await userEvent.keyboard("{Control>}a{/Control}");
  expect(ui.getState().selected.size).toBe(184);
  await userEvent.keyboard("{Escape}");
  expect(ui.getState().selected.size).toBe(0);
});

test("columns are chosen, moved, resized and kept", async () => {
  await table();
  const heads = () =>
    [...document.querySelectorAll('[data-testid="node-table"] [data-column]')].map((el) =>
      el.getAttribute("data-column"),
    );
  await page.getByTestId("table-columns").click();
  await page.getByTestId("column-address").click();
  await page.getByTestId("column-role").click();
  await page.getByTestId("column-up-cpu").click();
  await userEvent.keyboard("{Escape}");
  expect(heads()).toEqual(["status", "name", "cpu", "site", "memory", "tasks", "version", "seen", "address"]);
  (page.getByTestId("sort-status").element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowRight}{ArrowRight}{Alt>}{ArrowRight}{/Alt}");
  expect(tableLayout.getState().widths.cpu).toBeGreaterThan(132);
  await userEvent.keyboard("{Alt>}{Shift>}{ArrowLeft}{/Shift}{/Alt}");
  expect(heads().slice(0, 3)).toEqual(["status", "cpu", "name"]);
  const kept = JSON.parse(localStorage.getItem("nexus.table") ?? "{}");
  expect(kept.columns).toEqual(tableLayout.getState().columns);
  expect(kept.widths.cpu).toBe(tableLayout.getState().widths.cpu);
});

test("the menu of a row, by pointer and by keys, gives the keyboard back", async () => {
  const { console } = await table();
  await page.getByTestId("table-row").nth(1).click({ button: "right" });
  await expect.element(page.getByTestId("row-menu-list")).toBeVisible();
  await page.getByTestId("menu-select").click();
  expect(console.ui.getState().selected.size).toBe(1);
  await eventually(() => expect(document.activeElement).toBe(grid()));
  await userEvent.keyboard("{ArrowDown}{Shift>}{F10}{/Shift}");
  await expect.element(page.getByTestId("row-menu-list")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(document.activeElement).toBe(grid()));
});

test("the file holds the rows that are shown, in their order", async () => {
  const { console } = await table();
  const saved: Blob[] = [];
  const make = vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    saved.push(blob as Blob);
    return "#";
  });
  await page.getByTestId("filter").fill("lab-");
  await page.getByTestId("sort-name").click();
  await eventually(() => expect(rowCount()).toBe(9));
  await page.getByTestId("table-csv").click();
  await eventually(() => expect(saved).toHaveLength(1));
  make.mockRestore();
  const lines = ((await saved[0]?.text()) ?? "").trim().split("\r\n");
  expect(lines[0]).toBe("status,name,site,role,cpu_percent,memory_percent,tasks,spore_version,last_seen");
  expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(names());
  await eventually(() => expect(console.news.store.getState().toasts.at(-1)?.text).toContain(".csv"));
});
