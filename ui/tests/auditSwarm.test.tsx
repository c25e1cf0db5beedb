/** The audit log of a swarm of several instances: whose each entry is, and what verifying says of the copies. */
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import type { AuditEntryView, AuditPage, AuditQuery } from "../src/bridge/types";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const BERLIN = { id: "0193b2a0-0000-7000-8000-000000000001", name: "berlin" };
const PARIS = { id: "0193b2a0-0000-7000-8000-000000000002", name: "paris" };

const rows = () => page.getByTestId("audit-row").elements();

/** Each instance has entries of the same numbers. */
function entry(instance: typeof BERLIN, number: number, more: Partial<AuditEntryView>): AuditEntryView {
  return {
    number,
    hash: `${instance.name}${number}`.padEnd(64, "0"),
    instance,
    at: new Date(Date.UTC(2026, 0, 1, 12, number)).toISOString(),
    action: "outcome",
    who: null,
    from: null,
    decision: null,
    why: null,
    subject: [],
    call: null,
    targets: [],
    targetsSha256: null,
    executions: [],
    approval: null,
    outcomes: [],
    about: null,
    count: null,
    detail: null,
    ...more,
  };
}

const LOG = [
  entry(PARIS, 3, { about: 2 }),
  entry(BERLIN, 3, { about: 2 }),
  entry(PARIS, 2, { action: "revoke_node" }),
  entry(BERLIN, 2, { action: "put_group" }),
];
const HIDDEN = entry(PARIS, 1, { action: "start" });

async function answer(query: AuditQuery): Promise<AuditPage> {
  const known = query.before === null ? LOG : [...LOG, HIDDEN];
  const below = (one: AuditEntryView) => query.before === null || one.number < Number(query.before);
  const fits = known.filter((one) => (query.instance === null || one.instance?.id === query.instance) && below(one));
  return { entries: fits.slice(0, query.limit), before: null, instances: [BERLIN, PARIS] };
}

async function openAudit() {
  const verdict = {
    ok: true,
    entries: 3,
    first: 1,
    last: 3,
    hash: "0".repeat(64),
    checkpoints: 1,
    unsigned: 0,
    fingerprint: "1111 2222",
    faults: [],
  };
  const fault = { number: 1, kind: "edited", detail: "its text and its hash do not fit" };
  const copy = { instance: PARIS, since: "2026-01-01T12:00:00.000000Z" };
  await mount({ n: 3 }, (bridge) => ({
    ...bridge,
    audit: answer,
    verifyAudit: async () => ({
      own: verdict,
      copies: [
        { ...copy, copy: 1, why: "first", current: false, verdict },
        { ...copy, copy: 2, why: "diverged", current: true, verdict: { ...verdict, ok: false, faults: [fault] } },
      ],
    }),
  }));
  await page.getByTestId("rail-audit").click();
  await eventually(() => expect(rows()).toHaveLength(4));
}

test("each entry says its instance, and one of them can be chosen", async () => {
  await openAudit();
  expect(rows().map((row) => row.textContent?.includes("paris"))).toEqual([true, false, true, false]);
  await page.getByTestId("audit-instance").click();
  await page.getByRole("option", { name: "berlin" }).click();
  await eventually(() => expect(rows()).toHaveLength(2));
  expect(rows().every((row) => row.textContent?.includes("berlin"))).toBe(true);
  await page.getByTestId("audit-clear").click();
  await eventually(() => expect(rows()).toHaveLength(4));
});

test("what an entry continues is looked for in its own log", async () => {
  await openAudit();
  await page.getByTestId("audit-row").nth(1).click();
  const detail = page.getByTestId("audit-detail");
  await expect.element(detail).toHaveTextContent("berlin");
  await detail.getByText("Entry 2").click();
  await expect.element(detail).toHaveTextContent("berlin");
  await expect.element(detail).not.toHaveTextContent("Revoked a node");
  await page.getByTestId("audit-row").nth(0).click();
  await detail.getByText("Entry 2").click();
  await expect.element(detail).toHaveTextContent("Revoked a node");
});

test("verifying tells of each copy, and where one is broken", async () => {
  await openAudit();
  await page.getByTestId("verify-audit").click();
  const verdict = page.getByTestId("verdict");
  await expect.element(verdict).toHaveAttribute("data-ok", "false");
  await expect.element(verdict).toHaveTextContent("Copy of the log of paris");
  await expect.element(verdict).toHaveTextContent("what it was before is kept");
  await page.getByTestId("fault").click();
  await expect.element(page.getByTestId("audit-detail")).toHaveTextContent("The Nexus started");
});
