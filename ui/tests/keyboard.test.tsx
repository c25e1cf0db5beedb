/** The same jobs without a mouse. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { eventually, mount, outputText, starAt, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

const focusMap = async () => {
  const map = page.getByTestId("map").element() as HTMLElement;
  // By the way that the page offers: past bar and rail, then the map is the first stop.
  (document.activeElement as HTMLElement | null)?.blur();
  await userEvent.keyboard("{Tab}{Enter}");
  await eventually(() => expect(document.activeElement?.tagName).toBe("MAIN"));
  await userEvent.keyboard("{Tab}");
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

test("the keyboard returns to where it was after the palette, or goes on to the form", {
  timeout: 60_000,
}, async () => {
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

test("the whole job by keyboard alone: find, run, read, stop, each with its role and name", {
  timeout: 60_000,
}, async () => {
  const { console } = await mount({ n: 184 });
  const { ui, fleet } = console;
  const wanted = [...fleet.ordinals()].find((o) => fleet.status[o] === 1 && fleet.node(o)?.name.startsWith("fra-db"));
  const name = fleet.node(wanted ?? -1)?.name ?? "";
  const active = () => document.activeElement as HTMLElement;

  // Past bar and rail with the first key.
  (document.activeElement as HTMLElement | null)?.blur();
  await userEvent.keyboard("{Tab}");
  expect(active().textContent).toBe("Skip to the content");
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(active().tagName).toBe("MAIN"));

  // Find a node in the table.
  await userEvent.keyboard("t");
  await expect.element(page.getByRole("grid", { name: "Nodes" })).toBeVisible();
  await userEvent.keyboard("/");
  await eventually(() => expect(active()).toBe(page.getByRole("combobox", { name: "Filter nodes" }).element()));
  await userEvent.keyboard(name);
  await eventually(() => expect(page.getByRole("grid", { name: "Nodes" }).element().ariaRowCount).toBe("2"));
  for (let i = 0; i < 30 && active().getAttribute("role") !== "grid"; i++) await userEvent.keyboard("{Tab}");
  await userEvent.keyboard("{ArrowDown}");
  const row = document.getElementById(active().getAttribute("aria-activedescendant") ?? "");
  expect(row?.getAttribute("role")).toBe("row");
  expect(row?.textContent).toContain(name);
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("complementary", { name: "Node details" })).toBeVisible();
  expect(ui.getState().open).toBe(wanted);

  // Run something long on it.
  await userEvent.keyboard("r");
  await eventually(() => expect(active().getAttribute("data-testid")).toBe("field-command"));
  expect(page.getByRole("textbox", { name: /command/i }).elements()).toContain(active());
  await userEvent.keyboard("sleep 60{Control>}{Enter}{/Control}");
  await untilState("running");

  // Stop it, and read what became of it.
  const stop = page.getByTestId("stop").first().element() as HTMLElement;
  for (let i = 0; i < 40 && active() !== stop; i++) await userEvent.keyboard("{Tab}");
  expect(active()).toBe(stop);
  expect(stop.tagName).toBe("BUTTON");
  await userEvent.keyboard("{Enter}");
  await untilState("cancelled");
  await eventually(() => expect(page.getByTestId("spoken").element().textContent).toMatch(/cancelled/));
});

test("what is typed right after a choice in the palette goes where it belongs", { timeout: 60_000 }, async () => {
  const { console } = await mount();
  await starAt("atlas");
  const map = await focusMap();
  console.ui.getState().openNode(0);
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("ShellSkill.run");
  await eventually(() =>
    expect(document.querySelector('[data-testid="palette-option"][aria-selected="true"]')?.textContent).toContain(
      "ShellSkill.run",
    ),
  );
  // No pause between them: the way a person types who knows what comes.
  await userEvent.keyboard("{Enter}echo at once");
  expect((page.getByTestId("field-command").element() as HTMLTextAreaElement).value).toBe("echo at once");
  expect(console.ui.getState().palette.open).toBe(false);
  expect(console.ui.getState().page).toBe("map");
  map.focus();
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("nas-01");
  await userEvent.keyboard("{Enter}t");
  expect(console.ui.getState().page).toBe("nodes");
  await eventually(() => expect(page.getByTestId("palette").elements()).toHaveLength(0));
});

test("signs narrow the palette, and what was chosen last stands first", async () => {
  const { console } = await mount({ n: 184, jobs: 1 });
  const names = () => [...document.querySelectorAll('[data-testid="palette-option"] bdi')].map((el) => el.textContent);
  const ask = async (text: string) => {
    await userEvent.keyboard("{Control>}k{/Control}");
    await page.getByTestId("palette-input").fill(text);
  };
  await ask("#openssl");
  await eventually(() => expect(names()).toContain("OpenSSL security update"));
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(console.ui.getState().job).not.toBeNull());
  await ask("@fra");
  await eventually(() => expect(names()).toEqual(["Frankfurt"]));
  await page.getByTestId("palette-input").fill(">audit");
  await eventually(() => expect(names()).toEqual(["Audit"]));
  await page.getByTestId("palette-input").fill("/read_file");
  await eventually(() => expect(names()).toEqual(["FileSkill.read_file"]));
  await page.getByTestId("palette-input").fill("");
  await eventually(() => expect(names()[0]).toBe("OpenSSL security update"));
  await userEvent.keyboard("{Escape}");
});
