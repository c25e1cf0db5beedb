/** Which Nexus this window looks at: the list, connecting to another, and the fleet that is not real. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { Window } from "../src/app/Window";
import { createMockBridge } from "../src/bridge/mock";
import { createConsole, startConsole } from "../src/state/console";
import { eventually, mount, unmountAll, untilState } from "./mount";

beforeEach(() => localStorage.removeItem("nexus.welcomed"));
let end: (() => void) | null = null;
afterEach(() => {
  unmountAll();
  end?.();
  end = null;
});

/** A host that knows no others, with one machine: the very first start. */
async function firstStart() {
  const bridge = createMockBridge({ n: 1, still: true, theme: "dark" });
  const home = createConsole({ ...bridge, place: "browser" });
  const stop = startConsole(home);
  const holder = document.createElement("div");
  holder.id = "root";
  document.body.append(holder);
  const root = createRoot(holder);
  const simulate = async () => {
    const console = createConsole(createMockBridge({ n: 184, still: true, theme: "dark" }));
    return { console, end: startConsole(console) };
  };
  root.render(
    <CSPProvider disableStyleElements>
      <Window home={home} simulated={false} simulate={simulate} />
    </CSPProvider>,
  );
  end = () => {
    root.unmount();
    holder.remove();
    stop();
  };
  await eventually(() => expect(home.link.getState().state).toBe("live"));
  return home;
}

test("another Nexus: its fingerprint before the token, and every refusal in its place", async () => {
  await mount({ n: 3 });
  await expect.element(page.getByTestId("environment")).toHaveTextContent("production");
  await page.getByTestId("environment").click();
  await expect.element(page.getByTestId("menu-environment-lab")).toHaveTextContent("does not answer");
  await page.getByTestId("menu-connect").click();
  await page.getByTestId("connect-address").fill("nowhere.example:8765");
  await page.getByTestId("connect-look").click();
  await expect.element(page.getByTestId("connect-dialog")).toHaveTextContent("Nobody answers");
  await page.getByTestId("connect-address").fill("ops.example:8765");
  await page.getByTestId("connect-look").click();
  await expect.element(page.getByTestId("connect-fingerprint")).toHaveTextContent(/^([0-9a-f]{2}:){31}[0-9a-f]{2}$/);
  const box = document.querySelector('[role="dialog"]') as HTMLElement;
  for (const width of [1440, 700, 400]) {
    await page.viewport(width, 900);
    await eventually(() => expect(box.scrollWidth).toBe(box.clientWidth));
  }
  await page.viewport(1440, 900);
  await page.getByTestId("connect-token").fill("wrong");
  expect((page.getByTestId("connect").element() as HTMLButtonElement).disabled).toBe(true);
  await page.getByTestId("connect-same").click();
  await page.getByTestId("connect").click();
  await expect.element(page.getByTestId("connect-problem")).toHaveTextContent("does not know this token");
  await page.getByTestId("connect-token").fill("nxs_right");
  await userEvent.keyboard("{Enter}");
  await eventually(() => expect(page.getByTestId("connect-dialog").elements()).toHaveLength(0));
  await expect.element(page.getByTestId("environment")).toHaveTextContent("ops");
});

test("an environment that does not answer leaves the window where it was", async () => {
  const { console } = await mount({ n: 3 });
  await page.getByTestId("environment").click();
  await page.getByTestId("menu-environment-lab").click();
  await eventually(() => expect(console.news.store.getState().toasts.at(-1)?.text).toContain("does not answer"));
  await expect.element(page.getByTestId("environment")).toHaveTextContent("production");
});

test("the first minute: from the star to the output of a first command", async () => {
  const home = await firstStart();
  const coach = page.getByTestId("coach");
  const step = () => coach.element().getAttribute("data-step");
  await expect.element(coach).toBeVisible();
  expect(step()).toBe("0");
  await page.getByTestId("coach-open").click();
  await eventually(() => expect(step()).toBe("1"));
  await expect.element(page.getByTestId("field-command")).toHaveValue("uname -a");
  await page.getByTestId("run").click();
  await untilState("succeeded");
  await eventually(() => expect(step()).toBe("3"));
  await page.getByTestId("coach-add").click();
  expect(home.ui.getState().adding).toBe(true);
  expect(page.getByTestId("coach").elements()).toHaveLength(0);
  expect(localStorage.getItem("nexus.welcomed")).toBe("true");
});

test("the simulated fleet is one click away, clearly marked, and leads back", async () => {
  const home = await firstStart();
  await page.getByTestId("explore").click();
  await expect.element(page.getByTestId("visit-banner")).toBeVisible();
  await expect.element(page.getByTestId("environment")).toHaveTextContent("Simulated fleet");
  await expect.element(page.getByTestId("status-chip-online")).toHaveTextContent("170");
  // Nothing of it reaches the own fleet.
  expect(home.fleet.size).toBe(1);
  await page.getByTestId("leave-simulation").click();
  await eventually(() => expect(page.getByTestId("visit-banner").elements()).toHaveLength(0));
  await expect.element(page.getByTestId("status-chip-online")).toHaveTextContent("1");
});
