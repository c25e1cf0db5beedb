/** The second yes: asked for, said by somebody else, used with one click; rules made and removed; every refusal told. */
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import type { Console } from "../src/state/console";
import { eventually, mount, unmountAll, untilState } from "./mount";

afterEach(unmountAll);

const RULE = { name: "commands", calls: ["ShellSkill.*"], nodes: "*", ttlSeconds: 900 };
const count = (id: string) => page.getByTestId(id).elements().length;

async function guarded(by: "another" | "anyone" = "another", atLeast = 1) {
  const mounted = await mount({ n: 3 });
  await mounted.bridge.makeRule({ ...RULE, by, atLeast });
  return mounted;
}

/** The approval that this window waits for. */
const asked = (console: Console) => console.approvals.getState().asks[0]?.approval ?? "";

async function askOnOne() {
  const mounted = await guarded();
  mounted.console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("reboot");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("ask")).toHaveTextContent("This needs a second yes");
  return mounted;
}

test("an ask that needs a second yes runs nothing, says so, and runs with one click once it has one", async () => {
  const { bridge, console } = await askOnOne();
  await expect.element(page.getByTestId("execution-explanation")).toHaveTextContent("Needs a second yes");
  bridge.control.decide(asked(console), "approved");
  await expect.element(page.getByTestId("ask")).toHaveTextContent("anna said yes");
  await page.getByTestId("run-approved").click();
  await untilState("failed");
  expect(count("ask")).toBe(0);
  await eventually(() => expect(console.approvals.getState().approvals[0]?.state).toBe("used"));
});

test("a no is told, and put away", async () => {
  const { bridge, console } = await askOnOne();
  bridge.control.decide(asked(console), "denied");
  await expect.element(page.getByTestId("ask")).toHaveTextContent("anna said no");
  expect(count("run-approved")).toBe(0);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await eventually(() => expect(count("ask")).toBe(0));
});

test("who asked is not offered the yes, unless the rule lets him", async () => {
  const { console } = await askOnOne();
  console.ui.getState().go("approvals");
  await expect.element(page.getByTestId("approval-card")).toHaveTextContent("You ask");
  expect(count("approve")).toBe(0);
  await page.getByTestId("deny").click();
  await expect.element(page.getByTestId("earlier-approval")).toHaveTextContent("reboot");
  unmountAll();
  const second = await guarded("anyone");
  second.console.ui.getState().openNode(0, "execute");
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("run").click();
  second.console.ui.getState().go("approvals");
  await page.getByTestId("approve").click();
  second.console.ui.getState().go("map");
  await page.getByTestId("run-approved").click();
  await untilState("succeeded");
});

test("many nodes are one ask: one yes, one job, and nothing before it", async () => {
  const sent: unknown[] = [];
  const { bridge, console } = await mount({ n: 184 }, (b) => ({
    ...b,
    submitJob: (request) => {
      sent.push(request);
      return b.submitJob(request);
    },
  }));
  await bridge.makeRule({ ...RULE, by: "another", atLeast: 3 });
  console.ui.getState().select([1, 2, 3, 4]);
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill("4");
  await page.getByTestId("run").click();
  await expect.element(page.getByTestId("ask")).toHaveTextContent("on 4 nodes");
  expect(sent).toHaveLength(1);
  expect(console.jobs.getState().jobs).toHaveLength(0);
  expect(count("job-results")).toBe(0);
  bridge.control.decide(asked(console), "approved");
  await page.getByTestId("run-approved").click();
  await expect.element(page.getByTestId("outcome-succeeded")).toHaveTextContent("4 succeeded");
  expect(sent).toHaveLength(2);
});

test("what others ask for stands where the eye falls, with the exact action, and is answered there", async () => {
  const { console } = await mount({ n: 184, approvals: 2 });
  await expect.element(page.getByTestId("rail-mark-approvals")).toBeInTheDocument();
  await expect
    .element(page.getByTestId("attention-count"))
    .toHaveAttribute("aria-label", expect.stringContaining("2 waiting for a second yes"));
  const cards = page.getByTestId("approvals-short").getByTestId("approval-card");
  const card = cards.filter({ hasText: "apt-get" });
  await expect.element(card).toHaveTextContent("release pipeline asks");
  await expect.element(card).toHaveTextContent("apt-get -y full-upgrade && systemctl restart nginx");
  await expect.element(card).toHaveTextContent(/\d+ nodes/);
  await card.getByTestId("approve").click();
  await eventually(() => expect(count("approve")).toBe(1));
  await page.getByTestId("deny").click();
  await eventually(() => expect(count("rail-mark-approvals")).toBe(0));
  expect(
    console.approvals
      .getState()
      .approvals.map(({ state }) => state)
      .sort(),
  ).toEqual(["approved", "denied"]);
});

test("an answer that comes too late is told in the card", async () => {
  await mount({ n: 184, approvals: 1 }, (bridge) => ({
    ...bridge,
    approve: () => Promise.reject({ code: "not_pending", message: "it has expired; ask again for a new one" }),
  }));
  await page.getByTestId("approve").click();
  await expect.element(page.getByTestId("approval-problem")).toHaveTextContent("it has expired");
});

test("rules are made and removed; what makes no sense is told in the form", async () => {
  await mount();
  await page.getByTestId("rail-approvals").click();
  await page.getByTestId("new-rule").click();
  await page.getByTestId("make-rule").click();
  await expect.element(page.getByTestId("rule-problem")).toHaveTextContent("the name must be");
  await page.getByTestId("rule-name").fill("databases");
  await page.getByTestId("rule-count").fill("many");
  await page.getByTestId("make-rule").click();
  await expect.element(page.getByTestId("rule-problem")).toHaveTextContent("at_least must be 1 to 1000");
  await page.getByTestId("rule-count").fill("2");
  await page.getByTestId("rule-nodes").fill("role:db");
  await page.getByTestId("make-rule").click();
  await expect.element(page.getByTestId("rule")).toHaveTextContent("databases");
  await expect.element(page.getByTestId("rule")).toHaveTextContent("on 2 nodes or more of role:db");
  await page.getByTestId("remove-rule").click();
  await eventually(() => expect(count("rule")).toBe(0));
});
