/** The stop of everything: by keyboard from anywhere, what it tells, what it holds, and the way back. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { eventually, mount, state, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

const count = (id: string) => page.getByTestId(id).elements().length;

test("Ctrl Shift S opens the dialog even while typing, Enter stops everything, the banner tells what is proved", async () => {
  const { console } = await mount();
  console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("watch");
  await page.getByTestId("run").click();
  await untilState("running");
  await page.getByTestId("field-command").click();
  await userEvent.keyboard("{Control>}{Shift>}s{/Shift}{/Control}");
  await expect.element(page.getByTestId("stop-dialog")).toHaveTextContent("1 execution");
  await userEvent.keyboard("a test{Enter}");
  await expect.element(page.getByTestId("stop-banner")).toHaveTextContent("Stopped by you");
  await expect.element(page.getByTestId("stop-banner")).toHaveTextContent("“a test”");
  await expect.element(page.getByTestId("stop-banner")).toHaveTextContent("1 proved");
  expect(state()).toBe("cancelled");
  await expect.element(page.getByTestId("strip-held")).toBeVisible();
});

test("Escape takes the dialog away and nothing is stopped", async () => {
  await mount();
  await page.getByTestId("stop-everything").click();
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(count("stop-dialog")).toBe(0));
  expect(count("stop-banner")).toBe(0);
});

test("while held a job is taken and not sent, the operator may still look at one node; the release sends it", async () => {
  const { console, bridge } = await mount();
  await bridge.fleetStop("");
  await expect.element(page.getByTestId("stop-banner")).toBeVisible();
  console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("run").click();
  await untilState("succeeded");
  console.ui.getState().select([0, 2]);
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill("2");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("outcome-waiting")).toHaveTextContent("2 waiting");
  await expect.element(page.getByTestId("strip-job")).toHaveTextContent("held");
  await page.getByTestId("stop-release").click();
  await eventually(() => expect(count("stop-banner")).toBe(0));
  await expect.element(page.getByTestId("outcome-succeeded")).toHaveTextContent("2 succeeded");
});

test("what nobody can prove is told in the banner", async () => {
  const { console, bridge } = await mount();
  console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("watch");
  await page.getByTestId("run").click();
  await untilState("running");
  await bridge.fleetStop("");
  bridge.control.disconnect(0);
  await expect.element(page.getByTestId("stop-unknown")).toHaveTextContent("1 unknown");
});

test("a stop that is refused is told in the dialog", async () => {
  await mount({}, (bridge) => ({
    ...bridge,
    fleetStop: () => Promise.reject({ code: "unrecorded", message: "The audit log takes no entries." }),
  }));
  await page.getByTestId("stop-everything").click();
  await page.getByTestId("stop-confirm").click();
  await expect.element(page.getByTestId("stop-problem")).toHaveTextContent("Nothing was stopped: The audit log");
  expect(count("stop-banner")).toBe(0);
});

test("everything on one node is stopped at the second press, and what came of it is told", async () => {
  const { console } = await mount();
  console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("watch");
  await page.getByTestId("run").click();
  await untilState("running");
  console.ui.getState().openNode(0, "overview");
  await page.getByTestId("node-stop").click();
  expect(count("node-stop-told")).toBe(0);
  await page.getByTestId("node-stop").click();
  await expect.element(page.getByTestId("node-stop-told")).toHaveTextContent("1 asked to end");
  console.ui.getState().openNode(0, "execute");
  await untilState("cancelled");
});
