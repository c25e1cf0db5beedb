import { expect, test } from "vitest";
import { PLAIN_POLICY, policyProblem, policyWords, requestOf, thresholdOf } from "./policy";

const CALL = { skill: "ShellSkill", method: "run", parameters: { command: "id" }, timeoutSeconds: 30, summary: "id" };
const AIM = {
  target: "",
  targetsSha256: "ab",
  count: 9,
  online: 8,
  offline: 1,
  effect: "destroy" as const,
  confirm: true,
  ordinals: [0],
  refused: [],
};

test("texts that are no numbers are refused with a sentence, never guessed", () => {
  for (const bad of [{ canary: "-1" }, { canary: "1e3" }, { steps: "10, 5" }, { steps: "50, 100" }, { steps: "ten" }])
    expect(policyProblem({ ...PLAIN_POLICY, waves: true, ...bad }, 9, "read")).not.toBeNull();
  for (const bad of [{ stopAfter: "0" }, { concurrency: "x" }, { retries: "99" }, { any: "10" }, { any: "0" }])
    expect(policyProblem({ ...PLAIN_POLICY, ...bad }, 9, "read")).not.toBeNull();
  expect(policyProblem({ ...PLAIN_POLICY, waves: true, any: "2" }, 9, "read")).toContain("waves");
  expect(policyProblem(PLAIN_POLICY, 9, "destroy")).toBeNull();
});

test("a threshold is a count or a share, and nothing between", () => {
  expect(["3", "10%", " 10 % ", "100 %"].map(thresholdOf)).toEqual([
    { failures: 3, percent: null },
    { failures: null, percent: 10 },
    { failures: null, percent: 10 },
    { failures: null, percent: 100 },
  ]);
  expect(["0", "0 %", "101 %", "10.5%", "few", "", "-3"].map(thresholdOf)).toEqual(Array(7).fill(null));
});

test("what only chooses among any few is sent only then, and a pause only where nobody is asked", () => {
  const policy = {
    ...PLAIN_POLICY,
    prefer: "tag:ssd",
    avoid: "site=lab",
    strategy: "spread" as const,
    spreadBy: "rack",
  };
  expect(requestOf(CALL, AIM, ["a"], policy)).toMatchObject({ any: null, prefer: "", avoid: "", spreadBy: null });
  expect(requestOf(CALL, AIM, ["a"], { ...policy, any: "2" })).toMatchObject({
    any: 2,
    prefer: "tag:ssd",
    avoid: "site=lab",
    spreadBy: "rack",
  });
  const waves = { ...PLAIN_POLICY, waves: true, pauseSeconds: 60 };
  expect(requestOf(CALL, AIM, ["a"], waves).waves).toMatchObject({ gate: "ask", pauseSeconds: 0 });
  expect(requestOf(CALL, AIM, ["a"], { ...waves, ask: false }).waves).toMatchObject({ gate: "auto", pauseSeconds: 60 });
});

test("trying again wants consent, unless nothing can be done twice", () => {
  const again = { ...PLAIN_POLICY, retries: "2" };
  expect(policyProblem(again, 9, "change")).toContain("twice");
  expect(policyProblem(again, 9, "read")).toBeNull();
  expect(policyProblem({ ...again, consent: true }, 9, "change")).toBeNull();
});

test("a policy becomes a request; names are sent only without an expression", () => {
  const policy = { ...PLAIN_POLICY, waves: true, stopAfter: "3", retries: "1", consent: true, any: "4" };
  expect(requestOf(CALL, AIM, ["a"], policy)).toMatchObject({
    target: null,
    nodeIds: ["a"],
    targetsSha256: "ab",
    any: 4,
    waves: { canary: 1, steps: [10, 50], gate: "ask" },
    stopAfter: { failures: 3, percent: null },
    retry: { limit: 1, consent: true },
  });
  expect(requestOf(CALL, { ...AIM, target: "tag:gpu" }, ["a"], PLAIN_POLICY)).toMatchObject({
    target: "tag:gpu",
    nodeIds: null,
    waves: null,
    stopAfter: null,
    retry: null,
  });
  const busy = { ...AIM, target: "tag:gpu and cpu<50%" };
  expect(requestOf(CALL, busy, ["a"], PLAIN_POLICY)).toMatchObject({ target: null, nodeIds: ["a"] });
  expect(policyWords(policy)).toBe("on any 4 · canary 1, then 10 %, 50 % · stops after 3 failures · tries again 1×");
});
