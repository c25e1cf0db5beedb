/** The same jobs without a mouse. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { eventually, mount, outputText, starAt, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

const focusMap = async () => {
  const map = page.getByTestId("map").element() as HTMLElement;
  for (let i = 0; i < 14 && document.activeElement !== map; i++) await userEvent.keyboard("{Tab}");
  expect(document.activeElement).toBe(map);
  return map;
};

test("from the map to the output and back, by keys alone", async () => {
  const { console } = await mount();
  await starAt("atlas");
  const map = await focusMap();
  await userEvent.keyboard("{ArrowRight}");
  const active = map.getAttribute("aria-activedescendant");
  expect(active).toBeTruthy();
  expect(document.getElementById(active ?? "")?.textContent).toMatch(/, online, Home$/);
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
  await userEvent.keyboard("r");
  await eventually(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("field-command"));
  await userEvent.keyboard("echo keys only");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await untilState("succeeded");
  await eventually(() => expect(outputText()).toContain("keys only"));
  await userEvent.keyboard("{Escape}{Escape}");
  expect(console.ui.getState().open).toBeNull();
});

test("arrows walk the stars, Space gathers, G takes the site, Escape lets go", async () => {
  const { console } = await mount({ n: 184 });
  await starAt(console.fleet.node(0)?.name ?? "");
  await focusMap();
  const visited = new Set<number | null>();
  for (const key of ["{ArrowLeft}", "{ArrowUp}", "{ArrowDown}", "{ArrowRight}", "{ArrowRight}"]) {
    await userEvent.keyboard(key);
    visited.add(console.ui.getState().cursor);
  }
  expect(visited.size).toBeGreaterThan(2);
  await userEvent.keyboard(" ");
  expect(console.ui.getState().selected.size).toBe(1);
  await userEvent.keyboard("g");
  const group = console.fleet.group[console.ui.getState().cursor ?? 0];
  expect(console.ui.getState().selected.size).toBe(
    [...console.fleet.ordinals()].filter((o) => console.fleet.group[o] === group).length,
  );
  await userEvent.keyboard("{Escape}");
  expect(console.ui.getState().selected.size).toBe(0);
});

test("N walks the exceptions, T shows the table, / searches", async () => {
  const { console } = await mount({ n: 184 });
  await userEvent.keyboard("n");
  const first = console.ui.getState().cursor;
  expect(console.fleet.status[first ?? 0]).toBeGreaterThanOrEqual(3);
  await userEvent.keyboard("n");
  const second = console.ui.getState().cursor;
  expect(second).not.toBe(first);
  await userEvent.keyboard("{Shift>}N{/Shift}");
  expect(console.ui.getState().cursor).toBe(first);
  await userEvent.keyboard("t");
  await expect.element(page.getByTestId("node-table")).toBeVisible();
  await userEvent.keyboard("/");
  await eventually(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("filter"));
  await userEvent.keyboard("par");
  expect(console.ui.getState().search).toBe("par");
  await userEvent.keyboard("{Escape}t/");
  await expect.element(page.getByTestId("palette")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(page.getByTestId("palette").elements()).toHaveLength(0));
});

test("the palette runs on everything that matches, and filters the map", async () => {
  const { console } = await mount({ n: 184 });
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("sin-");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await eventually(() => expect(console.ui.getState().selected.size).toBe(22));
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("sin-");
  await userEvent.keyboard("{Tab}");
  expect(console.ui.getState().search).toBe("sin-");
});

test("the table is walked by keys too", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().go("nodes");
  await expect.element(page.getByTestId("node-table")).toBeVisible();
  const grid = page.getByTestId("node-table").element() as HTMLElement;
  grid.focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{End}");
  const active = grid.getAttribute("aria-activedescendant") ?? "";
  await eventually(() => expect(document.getElementById(active)).not.toBeNull());
  const row = (document.getElementById(active) as HTMLElement).getBoundingClientRect();
  expect(row.bottom).toBeLessThanOrEqual(grid.getBoundingClientRect().bottom + 1);
  await userEvent.keyboard("{Home}{Enter}");
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
});

test("the keyboard returns to where it was after the palette, or goes on to the form", async () => {
  const { console } = await mount();
  await starAt("atlas");
  const map = await focusMap();
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("nas-01");
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(document.activeElement).toBe(map));
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("read_file");
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("field-path"));
  expect(console.ui.getState().method).toBe("FileSkill.read_file");
});
