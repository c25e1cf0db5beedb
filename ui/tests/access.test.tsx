/** API tokens: made, shown once, revoked, and what is refused. */
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

async function openAccess(change?: Parameters<typeof mount>[1]) {
  const mounted = await mount({}, change);
  await page.getByTestId("rail-settings").click();
  await expect.element(page.getByTestId("tokens")).toBeVisible();
  return mounted;
}

test("tokens are listed with their scope, their end and their last use", async () => {
  await openAccess();
  const first = page.getByTestId("token").first();
  await expect.element(first).toHaveTextContent("backup script");
  await expect.element(first).toHaveTextContent("role:db and not site=lab");
  await expect.element(first).toHaveTextContent("used 3 min ago from 10.4.0.12");
  await expect.element(page.getByTestId("token").nth(1)).toHaveTextContent("every node · every call");
  expect(page.getByTestId("token").elements()).toHaveLength(2);
  await page.getByTestId("ended-tokens").click();
  await expect.element(page.getByTestId("tokens")).toHaveTextContent("trial of the demo");
});

test("a token is made, its secret is shown once and nowhere else", async () => {
  const { bridge } = await openAccess();
  await page.getByTestId("new-token").click();
  await page.getByTestId("token-name").fill("release pipeline");
  await page.getByTestId("token-nodes").fill("tag:web");
  await page.getByTestId("token-calls").fill("ShellSkill.run, FileSkill.*");
  await page.getByTestId("make-token").click();
  await expect.element(page.getByTestId("token-secret")).toHaveTextContent(/^nxs_/);
  const secret = page.getByTestId("token-secret").element().textContent ?? "";
  expect((await bridge.tokens()).at(-1)).toMatchObject({
    name: "release pipeline",
    role: "viewer",
    nodes: "tag:web",
    calls: ["ShellSkill.run", "FileSkill.*"],
  });
  await page.getByTestId("secret-done").click();
  await eventually(() => expect(document.body.textContent).not.toContain(secret));
  expect(page.getByTestId("token").elements()).toHaveLength(3);
});

test("what a token may not be is told in the form, and nothing typed is lost", async () => {
  await openAccess();
  await page.getByTestId("new-token").click();
  await page.getByTestId("make-token").click();
  await expect.element(page.getByTestId("token-problem")).toHaveTextContent("the name must be");
  await page.getByTestId("token-name").fill("x");
  await page.getByTestId("token-nodes").fill("tag:web and ");
  await page.getByTestId("make-token").click();
  await expect.element(page.getByTestId("token-problem")).toHaveTextContent("scope of nodes");
  await page.getByTestId("token-nodes").fill("tag:web");
  await page.getByTestId("token-calls").fill("everything");
  await page.getByTestId("make-token").click();
  await expect.element(page.getByTestId("token-problem")).toHaveTextContent("is no call");
  await expect.element(page.getByTestId("token-name")).toHaveValue("x");
});

test("a token is revoked in two presses", async () => {
  const { bridge } = await openAccess();
  await page.getByTestId("revoke-token").first().click();
  await page.getByTestId("revoke-token-sure").click();
  await eventually(() => expect(page.getByTestId("token").elements()).toHaveLength(1));
  expect((await bridge.tokens())[0]?.revokedAt).not.toBeNull();
});

test("tokens that cannot be read are said to be so", async () => {
  await openAccess((bridge) => ({
    ...bridge,
    tokens: () => Promise.reject({ code: "stopping", message: "the Nexus is stopping" }),
  }));
  await expect.element(page.getByTestId("tokens-problem")).toHaveTextContent("the Nexus is stopping");
});
