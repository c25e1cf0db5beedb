/** Who sits at the console: whose jobs are "yours", and what a small token is spared from asking. */
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import { mount, unmountAll } from "./mount";

afterEach(unmountAll);

const ADA = { id: "tok-1", name: "ada", role: "admin", mayNot: [] } as const;

test("what the owner asked for is not yours when you sit here with a token", async () => {
  const { bridge } = await mount({ you: { ...ADA, mayNot: [] } });
  await bridge.fleetStop("");
  await expect.element(page.getByTestId("stop-banner")).toHaveTextContent("Stopped by the owner");
  await page.getByTestId("stop-release").click();
});

test("the owner is you at the machine itself", async () => {
  const { bridge } = await mount();
  await bridge.fleetStop("");
  await expect.element(page.getByTestId("stop-banner")).toHaveTextContent("Stopped by you");
});

test("what a token may not ask for cannot be pressed, and says why", async () => {
  const mayNot = ["fleetStop", "releaseStop", "execute", "submitJob", "editNode"];
  const { console } = await mount({ you: { id: "tok-2", name: "screen", role: "viewer", mayNot } });
  await expect.element(page.getByTestId("stop-everything")).toBeDisabled();
  await expect.element(page.getByTestId("stop-everything")).toHaveAttribute("title", "Your token may only look.");
  console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("uptime");
  await expect.element(page.getByTestId("run")).toBeDisabled();
  await expect.element(page.getByTestId("run")).toHaveAttribute("title", "Your token may only look.");
});
