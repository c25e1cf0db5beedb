/** Machines come in: the line, the waiting room, refusals, and all of it by keys. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { WaitingView } from "../src/bridge/types";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const line = () => page.getByTestId("empty-join-line").element().textContent ?? "";
const count = (id: string) => page.getByTestId(id).elements().length;

test("the empty map shows a line, waits, and says who came", async () => {
  const { bridge } = await mount({ n: 0 });
  await expect.element(page.getByTestId("join-progress")).toHaveTextContent("Waiting for a connection…");
  expect(line()).toMatch(/^spore join nxj_/);
  const { code } = await bridge.join();
  bridge.control.knock(code.id, "pi-attic");
  await expect.element(page.getByTestId("status-chip-online")).toHaveTextContent("1");
});

test("the dialog follows a machine from the knock to its star", async () => {
  const { bridge, console } = await mount();
  await userEvent.keyboard("a");
  await expect.element(page.getByTestId("add-dialog")).toBeVisible();
  await page.getByTestId("more-join-options").click();
  await page.getByTestId("code-uses").fill("3");
  await page.getByTestId("code-name").fill("rack 9");
  await expect.element(page.getByTestId("code-waits")).toHaveAttribute("aria-checked", "true");
  const before = line();
  await page.getByTestId("make-code").click();
  await eventually(() => expect(line()).not.toBe(before));
  await expect.element(page.getByTestId("join-progress")).toHaveTextContent("For 3 more machines");
  const code = await eventually(() => {
    const made = console.trust.getState().codes.find(({ label }) => label === "rack 9");
    expect(made).toBeDefined();
    return made?.id ?? "";
  });
  bridge.control.knock(code, "rack9-01");
  await expect.element(page.getByTestId("join-progress")).toHaveTextContent("A machine knocked and waits for you");
  const card = page.getByTestId("add-dialog").getByTestId("waiting-card");
  await expect.element(card).toHaveTextContent("rack9-01");
  await expect.element(card.getByTestId("waiting-fingerprint")).toHaveTextContent(/^([0-9a-f]{4} ){7}[0-9a-f]{4}/);
  await card.getByTestId("accept").click();
  await expect.element(page.getByTestId("joined")).toHaveTextContent("rack9-01 is online");
  await page.getByTestId("show-joined").click();
  await eventually(() => expect(count("add-dialog")).toBe(0));
  await expect.element(page.getByTestId("node-drawer").getByRole("heading", { name: "rack9-01" })).toBeVisible();
});

test("a line that is used up offers no copy, but another one", async () => {
  const { bridge } = await mount();
  await page.getByTestId("top-add-machine").click();
  await expect.element(page.getByTestId("copy-join-line")).toBeVisible();
  const first = line();
  bridge.control.knock((await bridge.join()).code.id, "one");
  await expect.element(page.getByTestId("joined")).toHaveTextContent("one is online");
  expect(count("copy-join-line")).toBe(0);
  await page.getByTestId("join-again").click();
  await eventually(() => expect(line()).not.toBe(first));
  await expect.element(page.getByTestId("copy-join-line")).toBeVisible();
});

test("what a code may not be is told beside the form, and the line stays", async () => {
  await mount();
  await userEvent.keyboard("a");
  await page.getByTestId("more-join-options").click();
  const before = line();
  for (const [uses, words] of [
    ["many", "How many machines?"],
    ["0", "uses must be between 1 and 100000"],
    ["999999999", "uses must be between 1 and 100000"],
  ] as const) {
    await page.getByTestId("code-uses").fill(uses);
    await page.getByTestId("make-code").click();
    await expect.element(page.getByTestId("code-problem")).toHaveTextContent(words);
  }
  expect(line()).toBe(before);
});

test("who waits is seen from everywhere, and let in or sent away", async () => {
  const { console } = await mount({ n: 184, waiting: 2 });
  await expect.element(page.getByTestId("rail-mark-joining")).toBeInTheDocument();
  await expect
    .element(page.getByTestId("attention-count"))
    .toHaveAttribute("aria-label", expect.stringContaining("2 waiting to join"));
  const cards = page.getByTestId("waiting-short").getByTestId("waiting-card");
  await eventually(() => expect(cards.elements()).toHaveLength(2));
  await cards.nth(0).getByTestId("accept").click();
  await eventually(() => expect(cards.elements()).toHaveLength(1));
  await cards.nth(0).getByTestId("turn-away").click();
  await eventually(() => expect(count("rail-mark-joining")).toBe(0));
  await eventually(() =>
    expect([...console.fleet.ordinals()].some((o) => console.fleet.node(o)?.name === "rack4-01")).toBe(true),
  );
  expect([...console.fleet.ordinals()].some((o) => console.fleet.node(o)?.name === "rack4-02")).toBe(false);
});

test("a machine that was answered meanwhile is told in its card", async () => {
  await mount({ n: 184, waiting: 1 }, (bridge) => ({
    ...bridge,
    accept: () => Promise.reject({ code: "not_waiting", message: "nobody waits as that" }),
  }));
  await page.getByTestId("accept").click();
  await expect.element(page.getByTestId("waiting-problem")).toHaveTextContent("nobody waits as that");
  await expect.element(page.getByTestId("accept")).toBeEnabled();
});

test("what a machine says of itself is text", async () => {
  const { bridge } = await mount({ n: 3, waiting: 1 });
  const one = { ...SOMEBODY, name: "<img src=x onerror=alert(1)>\u202egnp", osName: "a\u0007b" };
  bridge.control.emit({ kind: "waiting", waiting: [one] });
  await expect.element(page.getByTestId("waiting-card")).toHaveTextContent("<img src=x onerror=alert(1)>gnp");
  expect(document.querySelector('[data-testid="waiting-card"] img')).toBeNull();
});

test("open lines are listed with what is left of them, and withdrawn", async () => {
  const { bridge } = await mount({ n: 3, waiting: 1 });
  await page.getByTestId("rail-joining").click();
  const code = page.getByTestId("join-code");
  await expect.element(code).toHaveTextContent("rack 4");
  await expect.element(code).toHaveTextContent("19 uses left");
  await page.getByTestId("withdraw").click();
  await expect.element(code).toHaveTextContent("withdrawn");
  expect(count("withdraw")).toBe(0);
  await expect.element(page.getByTestId("waiting-card")).toBeVisible();
  expect((await bridge.join()).code.withdrawn).toBe(false);
});

test("the palette adds a machine and goes to the waiting room", async () => {
  const { console } = await mount();
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("add a ma");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByTestId("add-dialog")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(count("add-dialog")).toBe(0));
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByTestId("palette-input").fill("waiting room");
  await page.getByTestId("palette-input").fill("waiting");
  await userEvent.keyboard("{Enter}");
  expect(console.ui.getState().page).toBe("joining");
});

test("letters do nothing behind an open dialog", async () => {
  const { console } = await mount();
  await userEvent.keyboard("a");
  await expect.element(page.getByTestId("add-dialog")).toBeVisible();
  await userEvent.keyboard("t");
  expect(console.ui.getState().page).toBe("map");
});

const SOMEBODY: WaitingView = {
  id: "key",
  name: "x",
  fingerprint: "0000 1111 2222 3333 4444 5555 6666 7777",
  address: "10.0.0.9:4000",
  code: "c",
  codeLabel: "",
  hostname: "",
  osName: "",
  platform: "linux",
  arch: "",
  sporeVersion: "",
  cpuCores: 1,
  memoryMb: 0,
  hasGpu: false,
  hasDocker: false,
  tags: [],
  firstSeen: new Date().toISOString(),
  lastSeen: new Date().toISOString(),
};
