import { beforeEach, expect, test } from "vitest";
import type { ExecutionState, ExecutionView, OutputView } from "../bridge/types";
import { type Execution, Executions, lacksOutput } from "./executions";

const view = (state: ExecutionState, patch: Partial<ExecutionView> = {}): ExecutionView => ({
  id: "e1",
  nodeId: "n",
  nodeName: "n",
  ordinal: 0,
  skill: "ShellSkill",
  method: "run",
  summary: "echo",
  state,
  exitCode: null,
  signal: null,
  error: null,
  submittedAt: "2026-11-23T18:00:00Z",
  finishedAt: null,
  durationMs: null,
  outputBytes: 0,
  result: null,
  jobId: null,
  targetIndex: null,
  attempt: 1,
  ...patch,
});
const chunk = (seq: number, text: string, executionId = "e1"): OutputView => ({
  executionId,
  seq,
  stream: "stdout",
  text,
  atMs: seq,
});

let executions: Executions;
beforeEach(() => {
  executions = new Executions();
  executions.apply(view("running"));
});
const state = () => executions.get("e1")?.view.state;

test("what is finished stays finished when late events arrive", () => {
  executions.apply(view("succeeded"));
  executions.apply(view("running"));
  executions.apply(view("failed"));
  expect(state()).toBe("succeeded");
  expect(executions.live.size).toBe(0);
});

test("stopping does not fall back to running, and cancelled needs its own event", () => {
  executions.apply(view("stopping"));
  executions.apply(view("running"));
  expect(state()).toBe("stopping");
  executions.apply(view("cancelled"));
  expect(state()).toBe("cancelled");
});

test("unknown may still be proved, either way", () => {
  executions.apply(view("unknown"));
  executions.apply(view("running"));
  expect(state()).toBe("running");
  executions.apply(view("unknown"));
  executions.apply(view("succeeded"));
  expect(state()).toBe("succeeded");
});

test("states nobody knows, and views without an id, are ignored", () => {
  executions.apply(view("exploded" as ExecutionState));
  executions.apply({ ...view("failed"), id: "" });
  executions.apply(null as unknown as ExecutionView);
  expect(state()).toBe("running");
  expect(executions.all.size).toBe(1);
});

test("output of an unknown execution is ignored, of a known one is kept once", () => {
  executions.appendOutput([chunk(0, "a\n"), chunk(0, "x\n", "nobody"), chunk(0, "a\n"), chunk(1, "b\n")]);
  expect(executions.get("e1")?.output.text()).toBe("a\nb");
});

test("after a snapshot, what runs here but is unknown there is unknown, not failed", () => {
  executions.applySnapshot([]);
  expect(state()).toBe("unknown");
});

test("after a snapshot, what ran before lacks output until it is read again, even if it ended meanwhile", () => {
  executions.appendOutput([chunk(0, "zero\n")]);
  expect(lacksOutput(executions.get("e1") as Execution)).toBe(false);
  const { view } = executions.get("e1") as Execution;
  executions.applySnapshot([{ ...view, state: "succeeded", outputBytes: 9 }]);
  expect(lacksOutput(executions.get("e1") as Execution)).toBe(true);
  executions.beginFetch("e1");
  executions.endFetch("e1", [chunk(0, "zero\n"), chunk(1, "one\n")]);
  expect(executions.get("e1")?.output.text()).toBe("zero\none");
  expect(lacksOutput(executions.get("e1") as Execution)).toBe(false);
});

test("older output is replayed before what came meanwhile, without repeats", () => {
  executions.appendOutput([chunk(5, "five\n")]);
  expect(executions.get("e1")?.output.headMissing).toBe(true);
  expect(executions.beginFetch("e1")).toBe(true);
  expect(executions.beginFetch("e1")).toBe(false);
  executions.appendOutput([chunk(6, "six\n")]);
  executions.endFetch(
    "e1",
    [0, 1, 2, 3, 4, 5].map((seq) => chunk(seq, `${seq}\n`)),
  );
  expect(executions.get("e1")?.output.text()).toBe("0\n1\n2\n3\n4\n5\nsix");
});

test("a failed fetch keeps what came meanwhile", () => {
  executions.beginFetch("e1");
  executions.appendOutput([chunk(0, "zero\n")]);
  executions.endFetch("e1", null);
  expect(executions.get("e1")?.output.text()).toBe("zero");
});

test("the number of executions is bounded; finished ones go first", () => {
  for (let i = 0; i < 20_050; i++) executions.apply(view("succeeded", { id: `done-${i}` }));
  expect(executions.all.size).toBeLessThanOrEqual(20_000);
  expect(executions.get("e1")?.view.state).toBe("running");
  expect(executions.get("done-20049")).toBeDefined();
  expect(executions.ofNode(0).length).toBe(executions.all.size);
});

test("many changes are told once", () => {
  const told: number[] = [];
  executions.commit();
  executions.subscribe((delta) => told.push(delta.output.size));
  executions.appendOutput([chunk(0, "a"), chunk(1, "b")]);
  executions.apply(view("succeeded"));
  executions.commit();
  executions.commit();
  expect(told).toEqual([1]);
});
