/** A node's panel: what is looked at, only while somebody looks; its log, its executions, its menu; narrow and wide. */
import axe from "axe-core";
import { afterEach, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { ExecutionView, JsonValue } from "../src/bridge/types";
import type { Tab } from "../src/state/ui";
import { eventually, mount, unmountAll, untilState } from "./mount";

afterEach(unmountAll);
// Some of it waits for the next look of the console itself, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 60_000 });

type Change = Parameters<typeof mount>[1];

async function open(tab: Tab, ordinal = 2, change?: Change, options = {}) {
  const mounted = await mount(options, change);
  mounted.console.ui.getState().openNode(ordinal, tab);
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
  return mounted;
}

/** Answers one method with this, whatever was asked. */
function answering(method: string, answer: (parameters: JsonValue) => JsonValue): Change {
  return (bridge) => ({
    ...bridge,
    glance: async (node, skill, asked, parameters) =>
      asked === method ? answer(parameters) : bridge.glance(node, skill, asked, parameters),
  });
}

test("the overview shows disks, processes and services, and nothing of that is an execution", async () => {
  const { console } = await open("overview");
  await expect.element(page.getByTestId("disk").first()).toHaveTextContent("/var/lib");
  await expect.element(page.getByTestId("process").first()).toHaveTextContent("redis-server");
  await expect.element(page.getByTestId("services")).toHaveTextContent("None has failed.");
  expect(console.executions.ofNode(2)).toHaveLength(0);
});

test("processes are sorted by what the operator wants, and refreshed while they are in sight", async () => {
  const { bridge } = await open("overview");
  await expect.element(page.getByTestId("process").first()).toBeVisible();
  const header = page.getByRole("columnheader", { name: "Memory" });
  await expect.element(header).toHaveAttribute("aria-sort", "none");
  await page.getByTestId("sort-memory").click();
  await expect.element(header).toHaveAttribute("aria-sort", "descending");
  const before = bridge.control.looked.get("processes") ?? 0;
  await eventually(() => expect(bridge.control.looked.get("processes")).toBeGreaterThan(before), { timeout: 40_000 });
});

test("nobody asks once nobody looks", async () => {
  const { bridge, console } = await open("overview");
  await expect.element(page.getByTestId("process").first()).toBeVisible();
  console.ui.getState().set({ tab: "trust" });
  await expect.element(page.getByTestId("trust")).toBeVisible();
  const asked = () => [...bridge.control.looked.values()].reduce((sum, n) => sum + n, 0);
  const before = asked();
  await new Promise((done) => setTimeout(done, 5600));
  expect(asked()).toBe(before);
});

test("stopping a process is prepared as a call, and does not run by itself", async () => {
  const { console } = await open("overview");
  await page.getByTestId("process").first().getByRole("button").click();
  await expect.element(page.getByTestId("process-command")).toBeVisible();
  await page.getByTestId("stop-process").click();
  await expect.element(page.getByTestId("execute-form")).toBeVisible();
  const command = () => (page.getByTestId("field-command").element() as HTMLInputElement).value;
  await eventually(() => expect(command()).toMatch(/^kill -TERM \d+$/));
  expect(console.executions.ofNode(2)).toHaveLength(0);
});

test("a prototype's spore, and a policy that does not allow it, are told apart", async () => {
  const { console, bridge } = await open("overview", 1);
  await expect.element(page.getByTestId("look-obstacle")).toHaveTextContent("prototype");
  console.ui.getState().set({ tab: "logs" });
  await expect.element(page.getByTestId("look-obstacle")).toHaveTextContent("prototype");
  const node = bridge.control.nodes[2];
  if (!node?.policy) throw new Error("this one has a policy");
  const methods = node.methods.filter(({ method }) => method !== "logs");
  bridge.control.emit({
    kind: "node",
    change: "changed",
    node: { ...node, methods, policy: { ...node.policy, methods: ["SystemSkill.overview"] } },
  });
  await eventually(() => expect(console.fleet.node(2)?.methods).toHaveLength(methods.length));
  console.ui.getState().openNode(2, "logs");
  await expect.element(page.getByTestId("look-obstacle")).toHaveTextContent("does not allow SystemSkill.logs");
  bridge.control.disconnect(2);
  await expect.element(page.getByTestId("look-obstacle")).toHaveTextContent("offline");
  expect(bridge.control.looked.get("logs")).toBeUndefined();
});

test("hostile answers are shown as plain text, or said to be unreadable", async () => {
  const evil = {
    pid: 7,
    name: "a\u001b[31mb\u202ec",
    user: "<b>x</b>",
    cpu: -5,
    memory: "much",
    command: "x".repeat(5000),
  };
  await open(
    "overview",
    2,
    answering("processes", () => ({ processes: [evil, null, { pid: "x" }], total: 3 })),
  );
  const row = page.getByTestId("process");
  await expect.element(row.first()).toHaveTextContent("abc<b>x</b>0.0 %0 B");
  expect(row.elements()).toHaveLength(1);
});

test("what is no answer is said, and what was seen before stays", async () => {
  let broken = false;
  const { console } = await open("overview", 2, (bridge) => ({
    ...bridge,
    glance: async (...asked) => (broken && asked[2] === "services" ? "nonsense" : bridge.glance(...asked)),
  }));
  await expect.element(page.getByTestId("services")).toHaveTextContent("None has failed.");
  broken = true;
  await page.getByRole("button", { name: "Look again: Services" }).click();
  await expect.element(page.getByTestId("services")).toHaveTextContent("cannot be read");
  await expect.element(page.getByTestId("services")).toHaveTextContent("None has failed.");
  expect(console.news.store.getState().toasts).toHaveLength(0);
});

test("the log is filtered by the node, and goes on by itself", async () => {
  await open("logs");
  const lines = () => Number(document.querySelector('[data-testid="output"]')?.getAttribute("data-lines") ?? 0);
  await eventually(() => expect(lines()).toBeGreaterThan(100));
  const before = lines();
  await eventually(() => expect(lines()).toBeGreaterThan(before));
  await page.getByTestId("log-search").fill("Accepted publickey");
  await eventually(() => {
    const shown = [...document.querySelectorAll('[data-testid="output"] mark')];
    expect(shown.length).toBeGreaterThan(2);
  });
  expect(lines()).toBeLessThan(before);
  await page.getByTestId("follow-log").click();
  await expect.element(page.getByTestId("follow-log")).toHaveTextContent("Follow");
});

test("a unit is completed from the services of the node, and a service leads to its log", async () => {
  const { console } = await open("logs");
  await page.getByTestId("log-source").fill("chro");
  await expect.element(page.getByTestId("completion").first()).toHaveTextContent("chrony");
  await userEvent.keyboard("{Escape}");
  console.ui.getState().set({ tab: "overview" });
  await page.getByTestId("more-services").click();
  await page.getByRole("button", { name: "Log of ssh" }).click();
  await expect.element(page.getByTestId("log-source")).toHaveValue("ssh");
});

test("a refusal of a file stands above the log", async () => {
  await open("logs");
  await page.getByRole("button", { name: "File", exact: true }).click();
  await page.getByTestId("log-source").fill("/etc/shadow");
  await expect.element(page.getByTestId("log-problem")).toHaveTextContent("under /var/log");
});

test("executions are found, prepared again and stopped", async () => {
  const { console } = await open("execute", 0);
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("run").click();
  await untilState("succeeded");
  await page.getByTestId("field-command").fill("ping 10.0.0.1");
  await page.getByTestId("run").click();
  await untilState("running");
  await page.getByTestId("tab-executions").click();
  await expect.element(page.getByTestId("execution-row").first()).toBeVisible();
  expect(page.getByTestId("execution-row").elements()).toHaveLength(2);
  await page.getByTestId("execution-search").fill("upti");
  await eventually(() => expect(page.getByTestId("execution-row").elements()).toHaveLength(1));
  await page.getByTestId("execution-search").fill("");
  await page.getByTestId("execution-stop").click();
  await eventually(() => expect(console.executions.ofNode(0)[0]?.view.state).toBe("cancelled"));
  await page.getByRole("button", { name: "Running", exact: true }).click();
  await expect.element(page.getByText("No execution fits.")).toBeVisible();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByTestId("execution-again").last().click();
  await expect.element(page.getByTestId("field-command")).toHaveValue("uptime");
  expect(console.executions.ofNode(0)).toHaveLength(2);
});

test("what another instance runs is shown while somebody looks, with what it wrote, and stopped there", async () => {
  const view: ExecutionView = {
    id: "far-1",
    nodeId: "",
    nodeName: "",
    ordinal: 0,
    skill: "ShellSkill",
    method: "run",
    summary: "from afar",
    state: "running",
    exitCode: null,
    signal: null,
    error: null,
    submittedAt: "2026-01-01T00:00:00Z",
    finishedAt: null,
    durationMs: null,
    outputBytes: 4,
    result: null,
    jobId: null,
    targetIndex: null,
    attempt: 1,
  };
  const cancelled: string[] = [];
  let first: string | undefined;
  const { console } = await open("executions", 0, (bridge) => ({
    ...bridge,
    nodeExecutions: async (node) => {
      first ??= node;
      return { executions: node === first ? [view] : [], missing: ["third"], alone: false };
    },
    output: async () => [{ executionId: "far-1", seq: 0, stream: "stdout", text: "far\n", atMs: 0 }],
    cancel: async (id) => void cancelled.push(id),
  }));
  await expect.element(page.getByText("from afar")).toBeVisible();
  await expect.element(page.getByTestId("executions-missing")).toHaveTextContent("third");
  await eventually(() => expect(console.executions.get("far-1")?.output.lines[0]?.text).toBe("far"));
  await page.getByTestId("execution-stop").click();
  await eventually(() => expect(cancelled).toEqual(["far-1"]));
  console.ui.getState().openNode(1, "executions");
  await eventually(() => expect(console.executions.get("far-1")).toBeUndefined());
}, 30_000);

test("the menu leads to what it names, by keyboard alone", async () => {
  const { console, bridge } = await open("overview");
  (page.getByTestId("node-menu").element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByTestId("node-menu-list")).toBeVisible();
  await eventually(() => expect(document.activeElement?.textContent).toBe("Rename…"));
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByTestId("node-name")).toHaveFocus();
  bridge.control.disconnect(2);
  await page.getByTestId("node-menu").click();
  await page.getByTestId("node-menu-item").filter({ hasText: "Remove…" }).click();
  await expect.element(page.getByTestId("sure-yes")).toBeDisabled();
  await expect.element(page.getByTestId("sure-name")).toHaveFocus();
  await page.getByTestId("node-menu").click();
  await page.getByTestId("node-menu-item").filter({ hasText: "What was done about it" }).click();
  expect(console.ui.getState().page).toBe("audit");
  expect(console.ui.getState().auditNode).toBe(console.fleet.node(2)?.id);
});

for (const width of [320, 480])
  test(`nothing is wider than a panel of ${width} pixels, and axe finds nothing`, async () => {
    const { console } = await open("overview", 3, undefined, { n: 184 });
    const side = document.querySelector<HTMLElement>('aside[aria-label="Node details"]');
    if (!side) throw new Error("there is no panel");
    side.style.width = `${width}px`;
    for (const theme of ["dark", "light"] as const) {
      document.documentElement.dataset.theme = theme;
      for (const tab of ["overview", "execute", "executions", "logs", "trust"] as const) {
        console.ui.getState().set({ tab });
        await expect.element(page.getByTestId(`tab-${tab}`)).toHaveAttribute("aria-selected", "true");
        if (tab === "overview") await expect.element(page.getByTestId("process").first()).toBeVisible();
        if (tab === "logs") await expect.element(page.getByTestId("output")).toBeVisible();
        const panel = document.querySelector<HTMLElement>('[role="tabpanel"]:not([hidden])');
        expect(panel?.scrollWidth, `${tab} at ${width}`).toBeLessThanOrEqual(width);
        const { violations } = await axe.run(side, { resultTypes: ["violations"] });
        const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(bad.map(({ id, nodes }) => `${tab} ${theme} ${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
      }
    }
  }, 90_000);
