/** The page of skills: what there is, who has it, where nodes do not agree, and the way to the form. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { Status } from "../src/state/status";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const row = (text: string) => page.getByTestId("skill-row").filter({ hasText: text });

test("all methods by skill, found by words, with their parameters to read", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().go("skills");
  await eventually(() => expect(page.getByTestId("skill-row").elements().length).toBe(13));
  await page.getByTestId("skill-search").fill("destroy container");
  await eventually(() => expect(page.getByTestId("skill-row").elements().length).toBe(1));
  await page.getByTestId("skill-search").fill("container start");
  await expect.element(page.getByTestId("skill-method")).toHaveTextContent("DockerSkill.run");
  const parameters = page.getByTestId("skill-parameters");
  await expect.element(parameters).toHaveTextContent("one of no, on-failure, always");
  await expect.element(parameters).toHaveTextContent("whole number 1–65535");
  await page.getByTestId("skill-search").fill("no such thing");
  await expect.element(page.getByText("No skill is called that.")).toBeVisible();
});

test("where nodes do not agree it is told, and each part can be chosen", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().go("skills");
  await row("read_file").click();
  const variants = page.getByTestId("skill-variant");
  await eventually(() => expect(variants.elements().length).toBe(3));
  await expect.element(variants.nth(1)).toHaveTextContent("− max_bytes");
  const older = [...console.fleet.ordinals()].filter((o) => console.fleet.node(o)?.sporeVersion === "0.9.0");
  await variants.nth(1).getByRole("button", { name: "Select" }).click();
  expect([...console.ui.getState().selected].sort((a, b) => a - b)).toEqual(older);
  await variants.nth(1).getByRole("button").first().click();
  await expect.element(page.getByTestId("skill-parameters")).not.toHaveTextContent("max_bytes");
});

test("who has it can be shown on the map and in the table", async () => {
  const { console } = await mount({ n: 184 });
  const { fleet, ui } = console;
  ui.getState().go("skills");
  await row("Start a container").click();
  const with_ = [...fleet.ordinals()].filter((o) => fleet.node(o)?.skills.includes("DockerSkill"));
  const away = with_.filter((o) => fleet.status[o] === Status.Offline).length;
  await expect.element(page.getByTestId("skill-holders")).toHaveTextContent(`On ${with_.length} nodes`);
  if (away > 0) await expect.element(page.getByTestId("skill-holders")).toHaveTextContent(`${away} offline`);
  await page.getByTestId("skill-table").click();
  expect(ui.getState()).toMatchObject({ page: "nodes", method: "DockerSkill.run" });
  expect(ui.getState().selected.size).toBe(with_.length);
});

test("Run asks where, says who cannot, and opens the form for those", async () => {
  const { console } = await mount({ n: 184 });
  console.ui.getState().go("skills");
  await row("Start a container").click();
  await page.getByTestId("skill-run").click();
  await expect.element(page.getByTestId("target-note")).toHaveTextContent(/\d+ nodes/);
  await page.getByTestId("where-target").fill("site=nowhere");
  await expect.element(page.getByTestId("where-go")).toBeDisabled();
  await page.getByTestId("where-target").fill("skill:DockerSkill and site=iad");
  await expect.element(page.getByTestId("where-go")).toBeEnabled();
  await page.getByTestId("where-go").click();
  await expect.element(page.getByTestId("many-panel")).toBeVisible();
  await expect.element(page.getByTestId("method-picker")).toHaveAttribute("data-value", "DockerSkill.run");
  await eventually(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("field-image"));
  await userEvent.keyboard("{Escape}");
  expect(console.ui.getState().page).toBe("skills");
});

test("a fleet of nobody says so", async () => {
  const { console } = await mount({ n: 0 });
  console.ui.getState().go("skills");
  await expect.element(page.getByTestId("skills-page")).toHaveTextContent("Nobody can do anything yet");
});
