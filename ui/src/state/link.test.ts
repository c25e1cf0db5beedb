import { expect, test, vi } from "vitest";
import { createMockBridge } from "../bridge/mock";
import type { Bridge, FeedBatch, FeedEvent } from "../bridge/types";
import { createConsole, startConsole } from "./console";

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 4000 });

/** A console on a mock, started; everything it holds is torn down by `stop`. */
function started(bridge: Bridge) {
  const console = createConsole(bridge);
  return { console, stop: startConsole(console) };
}

test("a jump in the numbers leads to a new subscription and a fresh picture", async () => {
  const bridge = createMockBridge({ n: 3, still: true });
  const { console, stop } = started(bridge);
  await until(() => console.fleet.size === 3);
  bridge.control.skipBatches(2);
  bridge.control.enrol();
  await until(() => bridge.control.subscriptions === 2);
  await until(() => console.fleet.size === 4);
  expect(console.link.getState().state).toBe("live");
  stop();
});

test("the selection follows ids through a snapshot", async () => {
  const bridge = createMockBridge({ n: 3, still: true });
  const { console, stop } = started(bridge);
  await until(() => console.fleet.size === 3);
  console.ui.getState().openNode(2);
  const moved = bridge.control.nodes.map((node, i) => ({ ...node, ordinal: 2 - i }));
  bridge.control.emit({
    kind: "snapshot",
    nexus: console.link.getState().nexus as never,
    chart: console.charts.getState().chart as never,
    groups: [],
    nodes: moved,
    executions: [],
    waiting: [],
    codes: [],
    approvals: [],
    jobs: [],
    stop: null,
    alerts: {
      causes: [],
      more: 0,
      counts: { firing: 0, critical: 0, warning: 0, info: 0, muted: 0, acknowledged: 0 },
      quietSince: null,
    },
  });
  await until(() => console.fleet.node(0)?.name === "nas-01");
  expect(console.ui.getState().open).toBe(0);
  stop();
});

test("a refused subscription is told and tried again", async () => {
  const bridge = createMockBridge({ n: 3, still: true });
  let refusals = 1;
  const flaky: Bridge = {
    ...bridge,
    subscribe: (onBatch) =>
      refusals-- > 0 ? Promise.reject({ code: "busy", message: "Not yet." }) : bridge.subscribe(onBatch),
  };
  const { console, stop } = started(flaky);
  await until(() => console.link.getState().state === "lost");
  expect(console.link.getState().problem).toBe("Not yet.");
  await until(() => console.link.getState().state === "live");
  stop();
});

test("batches of an old subscription, repeats and nonsense do no harm", async () => {
  let send: ((batch: FeedBatch) => void) | undefined;
  const capture = (onBatch: (batch: FeedBatch) => void) => {
    send = onBatch;
    return () => {};
  };
  const bridge = createMockBridge({ n: 0, still: true });
  const { console, stop } = started({ ...bridge, subscribe: async (onBatch) => capture(onBatch) });
  const nodes = createMockBridge({ n: 3, still: true }).control.nodes;
  await until(() => send !== undefined);
  const batch = (seq: number, ...events: unknown[]) => send?.({ seq, events: events as FeedEvent[] });
  batch(0, { kind: "snapshot", nexus: { name: "x" }, groups: [], nodes, executions: [] });
  batch(
    1,
    { kind: "from the future" },
    { kind: "vitals", rows: null },
    { kind: "node", change: "changed", node: null },
    { kind: "vitals", rows: [[0, 0.77, 0.5, 0]] },
  );
  batch(1, { kind: "vitals", rows: [[0, 0.11, 0.5, 0]] });
  send?.(null as unknown as FeedBatch);
  expect(console.fleet.cpu[0]).toBeCloseTo(0.77);
  expect(console.link.getState().problem).toMatch(/makes no sense/);
  expect(console.link.getState().state).toBe("live");
  stop();
  batch(2, { kind: "vitals", rows: [[0, 0.22, 0.5, 0]] });
  expect(console.fleet.cpu[0]).toBeCloseTo(0.77);
});

test("who waits in vain for a picture is told that there is no Nexus, until one comes", async () => {
  let send: ((batch: FeedBatch) => void) | undefined;
  const bridge = createMockBridge({ n: 0, still: true });
  const capture: Bridge = {
    ...bridge,
    subscribe: async (onBatch) => {
      send = onBatch;
      return () => {};
    },
  };
  const { console, stop } = started(capture);
  await until(() => send !== undefined);
  const snapshot = { kind: "snapshot", nexus: { name: "x" }, groups: [], nodes: [], executions: [] };
  const batch = (seq: number, event: unknown) => send?.({ seq, events: [event as FeedEvent] });
  const link = () => console.link.getState();
  batch(0, snapshot);
  batch(1, { kind: "gap", reason: "the other end hung up" });
  expect(link().state).toBe("resyncing");
  await until(() => link().state === "lost");
  expect(link().problem).toMatch(/hung up/);
  batch(2, { kind: "gap", reason: "connection refused" });
  expect(link().state).toBe("lost");
  expect(link().problem).toMatch(/refused/);
  batch(3, snapshot);
  expect(link().state).toBe("live");
  stop();
});

test("a refused execution is told in its own row, a duplicate too", async () => {
  const bridge = createMockBridge({ n: 3, still: true });
  const { console, stop } = started(bridge);
  await until(() => console.fleet.size === 3);
  const { run } = await import("./commands");
  bridge.control.disconnect(0);
  await until(() => console.fleet.status[0] === 4);
  const call = {
    skill: "ShellSkill",
    method: "run",
    parameters: { command: "echo x" },
    timeoutSeconds: 5,
    summary: "echo x",
  };
  const id = run(console, 0, call);
  expect(console.executions.get(id)?.view.state).toBe("queued");
  await until(() => console.executions.get(id)?.view.state === "refused");
  expect(console.executions.get(id)?.view.error).toMatch(/offline/);
  const good = run(console, 1, call);
  await until(() => console.executions.get(good)?.view.state === "succeeded");
  await expect(bridge.execute({ id: good, nodeId: "home-1", ...call, approval: null })).rejects.toMatchObject({
    code: "duplicate_execution",
  });
  stop();
});
