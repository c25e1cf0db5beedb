import { expect, test } from "vitest";
import type { JobView, TargetState } from "../bridge/types";
import { createJobs, progressOf, wavesOf } from "./jobs";

const NONE = {
  queued: 0,
  waiting: 0,
  dispatched: 0,
  running: 0,
  stopping: 0,
  succeeded: 0,
  failed: 0,
  timed_out: 0,
  cancelled: 0,
  unknown: 0,
  expired: 0,
  refused: 0,
  skipped: 0,
};
const job = (id: string, change: Partial<JobView> = {}): JobView => ({
  id,
  label: "",
  state: "running",
  reason: null,
  asker: { id: "local", name: "local", kind: "local" },
  origin: null,
  skill: "ShellSkill",
  method: "run",
  summary: "id",
  effect: "read",
  target: "",
  targetsSha256: "",
  total: 10,
  any: null,
  counts: NONE,
  wave: null,
  gate: null,
  held: false,
  priority: 5,
  concurrency: 0,
  offline: "skip",
  retryLimit: 0,
  submittedAt: "2026-11-26T10:00:00Z",
  finishedAt: null,
  expiresAt: null,
  ...change,
});

test("what makes no sense is left out or made harmless", () => {
  const store = createJobs();
  const { replace, take } = store.getState();
  replace([null, {}, job("", {}), job("a", { state: "dancing" as never }), job("b")] as never, null);
  expect(store.getState().jobs.map(({ id }) => id)).toEqual(["b"]);
  take(
    job("c", {
      label: "\u001b[31mred\u202e",
      total: Number.NaN,
      counts: { ...NONE, failed: -3, succeeded: Number.POSITIVE_INFINITY },
      wave: { current: 1, of: 0, ends: [] },
      asker: null as never,
    }),
  );
  const [c] = store.getState().jobs.filter(({ id }) => id === "c");
  expect(c).toMatchObject({ label: "red", total: 0, wave: null, asker: { name: "" } });
  expect(progressOf(c as JobView)).toMatchObject({ done: 0, by: { failed: 0, succeeded: 0 } });
});

test("of many jobs the newest are kept, and all that live", () => {
  const store = createJobs();
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  for (let i = 0; i < 900; i++)
    store.getState().take(job(`j${i}`, { submittedAt: at(i), finishedAt: i % 100 === 0 ? null : at(i) }));
  const { jobs } = store.getState();
  expect(jobs.length).toBeLessThan(420);
  expect(jobs.filter(({ finishedAt }) => finishedAt === null)).toHaveLength(9);
  expect(jobs[0]?.id).toBe("j899");
});

test("states that a newer host knows do not spoil the count of the others", () => {
  const counts = { ...NONE, succeeded: 4, ["resting" as TargetState]: 2 };
  expect(progressOf(job("a", { counts })).by.succeeded).toBe(4);
});

test("what is skipped in a later wave does not look like progress", () => {
  const waves = (change: Partial<JobView>) =>
    wavesOf(job("a", { wave: { current: 1, of: 3, ends: [1, 5, 10] }, ...change })).map(({ share }) => share);
  expect(waves({ counts: { ...NONE, queued: 7, skipped: 3 } })).toEqual([0, 0, 0]);
  expect(
    waves({ wave: { current: 2, of: 3, ends: [1, 5, 10] }, counts: { ...NONE, succeeded: 3, queued: 7 } }),
  ).toEqual([1, 0.5, 0]);
  expect(waves({ gate: 2, counts: { ...NONE, succeeded: 5, queued: 5 } })).toEqual([1, 1, 0]);
});

test("the answer to an ask that comes after the news does not take them back", () => {
  const jobs = createJobs();
  const accepted = job("quick");
  jobs.getState().take({ ...accepted, state: "succeeded", finishedAt: "2026-01-01T00:00:01Z" });
  jobs.getState().begin(accepted);
  expect(jobs.getState().jobs.map(({ state }) => state)).toEqual(["succeeded"]);
  jobs.getState().begin(job("other"));
  expect(jobs.getState().jobs.map(({ id }) => id)).toEqual(["other", "quick"]);
});
