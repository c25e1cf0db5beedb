/** No serious accessibility violation on any page, in both themes. */
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { MockOptions } from "../src/bridge/mock";
import type { Console } from "../src/state/console";
import { eventually, mount, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

async function serious(): Promise<string[]> {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"],
    rules: { "page-has-heading-one": { enabled: false } },
  });
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .flatMap((v) =>
      v.nodes.map(
        (node) => `${v.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`,
      ),
    );
}

type Scene = [string, number, (console: Console) => Promise<void> | void, Partial<MockOptions>?];

const SCENES: Scene[] = [
  ["map with what needs attention", 184, () => {}],
  ["table", 184, (console) => console.ui.getState().go("nodes")],
  ["selection", 184, (console) => console.ui.getState().select([1, 2, 3, 4])],
  ["settings", 3, (console) => console.ui.getState().go("settings")],
  ["jobs", 3, (console) => console.ui.getState().go("jobs")],
  ["empty", 0, () => {}],
  ["overview", 184, (console) => console.ui.getState().openNode(3, "overview")],
  [
    "form with a problem, then output",
    3,
    async (console) => {
      console.ui.getState().openNode(0, "execute");
      await page.getByTestId("run").click();
      await page.getByTestId("field-command").fill("flood 300");
      await page.getByTestId("run").click();
      await untilState("succeeded");
      await page.getByTestId("field-command").fill("");
      await page.getByTestId("run").click();
    },
  ],
  ["joining", 184, (console) => console.ui.getState().go("joining"), { waiting: 2 }],
  ["what waits for an answer", 184, () => {}, { waiting: 1, approvals: 1 }],
  ["trust", 184, (console) => console.ui.getState().openNode(3, "trust")],
  [
    "trust of a node with the shared token, about to be revoked",
    3,
    async (console) => {
      console.ui.getState().openNode(1, "trust");
      await page.getByTestId("revoke").click();
    },
  ],
  [
    "adding a machine, with all options",
    3,
    async (console) => {
      console.ui.getState().set({ adding: true });
      await page.getByTestId("more-join-options").click();
    },
  ],
  [
    "making a token",
    3,
    async (console) => {
      console.ui.getState().go("settings");
      await page.getByTestId("new-token").click();
    },
  ],
  [
    "approvals and a new rule",
    184,
    async (console) => {
      console.ui.getState().go("approvals");
      await page.getByTestId("new-rule").click();
    },
    { approvals: 1 },
  ],
  [
    "audit with a verdict and an entry",
    184,
    async (console) => {
      console.ui.getState().go("audit");
      await page.getByTestId("verify-audit").click();
      await page.getByTestId("audit-row").first().click();
    },
  ],
  [
    "palette",
    184,
    async () => {
      await userEvent.keyboard("{Control>}k{/Control}");
      await page.getByTestId("palette-input").fill("fra");
      await eventually(() => expect(page.getByTestId("palette-option").elements().length).toBeGreaterThan(3));
    },
  ],
];

for (const theme of ["dark", "light"] as const) {
  test.each(SCENES)(`${theme}: %s`, async (_name, n, prepare, options = {}) => {
    const { console } = await mount({ n, theme, ...options });
    await eventually(() => expect(document.documentElement.dataset.theme).toBe(theme));
    await prepare(console);
    await new Promise((done) => setTimeout(done, 150));
    expect(await serious()).toEqual([]);
  });
}

test("the check can fail", async () => {
  await mount();
  const bad = document.createElement("div");
  bad.innerHTML = '<button></button><img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">';
  document.body.append(bad);
  expect((await serious()).length).toBeGreaterThan(0);
  bad.remove();
});
