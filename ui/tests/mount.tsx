/** Puts the whole console on a simulated host into the test's page, with the real styles. */
import "@fontsource-variable/geist/index.css";
import "@fontsource-variable/geist-mono/index.css";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { createRoot } from "react-dom/client";
import { expect, vi } from "vitest";
import { page } from "vitest/browser";
import { App } from "../src/app/App";
import { createMockBridge, type MockBridge, type MockOptions } from "../src/bridge/mock";
import type { Bridge } from "../src/bridge/types";
import { forgetDrafts } from "../src/features/execute/drafts";
import { type Console, createConsole, startConsole } from "../src/state/console";

export type Mounted = { console: Console; bridge: MockBridge; unmount(): void };

let mounted: Mounted | null = null;

/** Patient, because a busy machine is not what is tested. */
export function eventually<T>(
  check: () => T | Promise<T>,
  options: { timeout?: number; interval?: number } = {},
): Promise<T> {
  return vi.waitFor(check, { timeout: 8000, interval: 25, ...options });
}

export async function mount(
  options: Partial<MockOptions> = {},
  change: (bridge: MockBridge) => Bridge = (b) => b,
): Promise<Mounted> {
  mounted?.unmount();
  await page.viewport(1440, 900);
  const bridge = createMockBridge({ n: 3, seed: 5, still: true, theme: "dark", ...options });
  const console = createConsole(change(bridge));
  const stop = startConsole(console);
  const holder = document.createElement("div");
  holder.id = "root";
  document.body.append(holder);
  const root = createRoot(holder);
  root.render(
    <CSPProvider disableStyleElements>
      <App console={console} simulated />
    </CSPProvider>,
  );
  await vi.waitFor(() => expect(console.link.getState().state).toBe("live"), { timeout: 5000 });
  await expect.element(page.getByTestId("link-state")).toBeVisible();
  mounted = {
    console,
    bridge,
    unmount() {
      root.unmount();
      holder.remove();
      stop();
      forgetDrafts();
      mounted = null;
    },
  };
  return mounted;
}

export function unmountAll(): void {
  mounted?.unmount();
}

/** Where a star stands in the window, once the camera is at rest. */
export async function starAt(name: string): Promise<{ x: number; y: number }> {
  let at = { x: 0, y: 0 };
  await vi.waitFor(
    () => {
      const item = [...document.querySelectorAll('[data-testid="star"]')].find((el) =>
        el.textContent?.startsWith(`${name},`),
      );
      const x = item?.getAttribute("data-x");
      const y = item?.getAttribute("data-y");
      expect(x).toBeTruthy();
      at = { x: Number(x), y: Number(y) };
    },
    { timeout: 5000 },
  );
  return at;
}

export async function clickStar(name: string, modifiers: "Shift"[] = []): Promise<void> {
  const position = await starAt(name);
  await page.getByTestId("map-canvas").click({ position, modifiers });
}

export const state = () => document.querySelector('[data-testid="execution-state"]')?.getAttribute("data-state");
export const outputText = () => document.querySelector('[data-testid="output"]')?.textContent ?? "";

export async function untilState(wanted: string, timeout = 5000): Promise<void> {
  await vi.waitFor(() => expect(state()).toBe(wanted), { timeout, interval: 20 });
}
