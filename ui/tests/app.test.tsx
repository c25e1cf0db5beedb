/** The operator's jobs, end to end, on the simulated host in a real browser. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { clickStar, eventually, mount, outputText, state, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

const run = async (command: string) => {
  await page.getByTestId("field-command").fill(command);
  await page.getByTestId("run").click();
};

test("click a star on the map, run a command, read its streamed output", async () => {
  const { console } = await mount();
  await clickStar("atlas");
  await expect.element(page.getByTestId("node-drawer").getByRole("heading", { name: "atlas" })).toBeVisible();
  await run("echo 'hello from the map'");
  await untilState("succeeded");
  await eventually(() => expect(outputText()).toContain("hello from the map"));
  expect([...console.executions.all.values()]).toHaveLength(1);
});

test("a long run is stopped, and 'cancelled' is said only after the node proved it", async () => {
  const { bridge } = await mount();
  await clickStar("nas-01");
  await run("watch");
  await eventually(() => expect(outputText()).toContain("icmp_seq=2"), { timeout: 5000 });
  const seen: (string | null | undefined)[] = [];
  const watcher = new MutationObserver(() => seen.push(state()));
  watcher.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
  const pressed = performance.now();
  await page.getByTestId("stop").click();
  await untilState("stopping");
  expect(seen).not.toContain("cancelled");
  await untilState("cancelled");
  expect(performance.now() - pressed).toBeGreaterThan(500);
  watcher.disconnect();
  expect(page.getByTestId("stop").elements()).toHaveLength(0);
  expect(bridge.control.nodes[2]?.activeTasks).toBe(2);
});

test("a stop that is refused is told, and the execution is still shown as running", async () => {
  await mount({}, (bridge) => ({
    ...bridge,
    cancel: () => Promise.reject({ code: "gone", message: "The node does not answer." }),
  }));
  await clickStar("atlas");
  await run("watch");
  await untilState("running");
  await page.getByTestId("stop").click();
  await expect.element(page.getByTestId("toast")).toHaveTextContent("The node does not answer.");
  expect(state()).toBe("running");
});

test("an outcome that nobody can prove is unknown, in words", async () => {
  await mount();
  await clickStar("atlas");
  await run("lose");
  await untilState("unknown");
  await expect.element(page.getByTestId("execution-explanation")).toHaveTextContent("check before you run it again");
  await expect.element(page.getByTestId("node-state")).toHaveTextContent("Offline");
  await expect.element(page.getByTestId("run")).toBeDisabled();
});

test("a refusal stands in the execution's own place", async () => {
  await mount({}, (bridge) => ({
    ...bridge,
    execute: () => Promise.reject({ code: "not_granted", message: "This node does not allow that." }),
  }));
  await clickStar("atlas");
  await run("echo x");
  await untilState("refused");
  await expect.element(page.getByTestId("execution-explanation")).toHaveTextContent("This node does not allow that.");
});

test("what is missing is said beside the field, and nothing is sent", async () => {
  const { console } = await mount();
  await clickStar("atlas");
  await page.getByTestId("run").click();
  await expect.element(page.getByText("Command or Arguments is needed.")).toBeVisible();
  expect(console.executions.all.size).toBe(0);
  expect(document.activeElement?.getAttribute("data-testid")).toBe("field-command");
});

test("output is text: markup is shown, controls are gone, a flood stays small in the page", async () => {
  const { console } = await mount();
  await clickStar("atlas");
  await run("echo <img src=x onerror=alert(1)>");
  await eventually(() => expect(outputText()).toContain("<img src=x onerror=alert(1)>"));
  expect(document.querySelector('[data-testid="output"] img')).toBeNull();
  await run("color");
  await eventually(() => expect(outputText()).toContain("safe esrever end"));
  await run("flood 20000");
  await untilState("succeeded", 8000);
  await eventually(() => expect(outputText()).toContain("line 20000 of 20000"));
  expect(document.querySelectorAll('[data-testid="output"] > div > div').length).toBeLessThan(120);
  const buffer = [...console.executions.all.values()].at(-1)?.output;
  expect((buffer?.lines.length ?? 0) + (buffer?.dropped ?? 0)).toBe(20_000);
});

test("the log follows its tail until the reader scrolls up", async () => {
  await mount();
  await clickStar("atlas");
  await run("flood 3000");
  await untilState("succeeded", 8000);
  const log = document.querySelector('[data-testid="output"]') as HTMLElement;
  await eventually(() => expect(log.scrollHeight - log.scrollTop - log.clientHeight).toBeLessThan(24));
  log.scrollTop = 0;
  await expect.element(page.getByRole("button", { name: "Follow" })).toBeVisible();
  await eventually(() => expect(outputText()).toContain("line 1 of 3000"));
  await page.getByRole("button", { name: "Follow" }).click();
  await eventually(() => expect(outputText()).toContain("line 3000 of 3000"));
});

test("a node of the prototype's dialect gets a form, with the timeout among its parameters", async () => {
  const sent: unknown[] = [];
  await mount({}, (bridge) => ({
    ...bridge,
    execute: async (request) => {
      sent.push(request);
      return bridge.execute(request);
    },
  }));
  await clickStar("pi-kitchen");
  await run("hostname");
  await untilState("succeeded");
  expect(sent[0]).toMatchObject({
    skill: "ShellSkill",
    method: "run",
    parameters: { command: "hostname", timeout: 30 },
    timeoutSeconds: 30,
  });
});

test("a new node appears by itself, a lost one keeps its place and is told", async () => {
  const { bridge, console } = await mount({ n: 0 });
  await expect.element(page.getByTestId("join-card")).toBeVisible();
  await expect.element(page.getByTestId("empty-join-line")).toHaveTextContent("spore join nxj_");
  bridge.control.enrol();
  await expect.element(page.getByTestId("status-chip-online")).toHaveTextContent("1");
  expect(page.getByTestId("join-card").elements()).toHaveLength(0);
  const before = [console.fleet.x[0], console.fleet.y[0]];
  bridge.control.disconnect(0);
  await expect.element(page.getByTestId("status-chip-offline")).toHaveTextContent("1");
  expect([console.fleet.x[0], console.fleet.y[0]]).toEqual(before);
  await expect.element(page.getByTestId("spoken")).toHaveTextContent("disconnected");
});

test("the empty map says when nobody else can join, and offers the switch", async () => {
  const { bridge } = await mount({ n: 0 });
  await expect.element(page.getByTestId("not-reachable")).toHaveTextContent("listens on this machine only");
  await page.getByTestId("expose").click();
  await eventually(async () => expect((await bridge.settings()).exposed).toBe(true));
  await eventually(() => expect(page.getByTestId("not-reachable").elements()).toHaveLength(0));
});

test("a refused setting is told in place and the switch goes back", async () => {
  await mount({}, (bridge) => ({
    ...bridge,
    saveSettings: () => Promise.reject({ code: "disk", message: "The disk is full." }),
  }));
  await page.getByTestId("rail-settings").click();
  await page.getByTestId("keep-in-tray").click();
  await expect.element(page.getByTestId("settings-problem")).toHaveTextContent("The disk is full.");
  await expect.element(page.getByTestId("keep-in-tray")).toHaveAttribute("aria-checked", "true");
});

test("the palette finds a node, flies there and opens it", async () => {
  const { console } = await mount({ n: 184 });
  await userEvent.keyboard("{Control>}k{/Control}");
  const name = console.fleet.node(120)?.name ?? "";
  await page.getByTestId("palette-input").fill(name);
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByTestId("node-drawer").getByRole("heading", { name })).toBeVisible();
  expect(console.ui.getState().flight).toMatchObject({ to: "star", index: 120 });
  await eventually(() => expect(page.getByTestId("palette").elements()).toHaveLength(0));
});

test("without WebGL2 the table takes over and says why", async () => {
  const original = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
    return kind === "webgl2" ? null : (original as (...args: unknown[]) => unknown).call(this, kind, ...rest);
  } as typeof original;
  try {
    await mount();
    await expect.element(page.getByTestId("map-unavailable-note")).toBeVisible();
    expect(page.getByTestId("table-row").elements()).toHaveLength(3);
  } finally {
    HTMLCanvasElement.prototype.getContext = original;
  }
});

test("a window that comes later reads the output it did not see", async () => {
  const first = await mount();
  await clickStar("atlas");
  await run("echo seen before");
  await untilState("succeeded");
  await mount({}, () => first.bridge);
  await clickStar("atlas");
  await untilState("succeeded");
  await eventually(() => expect(outputText()).toContain("seen before"));
});

test("the strip and the dock lead to the output, the jobs page lists it", async () => {
  const { console } = await mount();
  await clickStar("atlas");
  await run("watch");
  await untilState("running");
  console.ui.getState().closePanel();
  await page.getByTestId("strip-execution").click();
  await eventually(() => expect(outputText()).toContain("icmp_seq=1"));
  await page.getByTestId("stop").click();
  await untilState("cancelled");
  await expect.element(page.getByText("Nothing is running.")).toBeVisible();
  await page.getByTestId("dock-toggle").click();
  await expect.element(page.getByTestId("job-dock").getByTestId("execution-row")).toHaveTextContent("Cancelled");
  await page.getByTestId("dock-toggle").click();
  await page.getByTestId("rail-jobs").click();
  await page.getByTestId("execution-row").click();
  await expect.element(page.getByTestId("node-drawer")).toBeVisible();
});

test("notices of the host come to the operator's eye at the start", async () => {
  await mount({}, (bridge) => ({
    ...bridge,
    settings: async () => ({ ...(await bridge.settings()), notices: ["Port 8765 was taken; using 8766."] }),
  }));
  await expect.element(page.getByTestId("toast")).toHaveTextContent("Port 8765 was taken");
});
