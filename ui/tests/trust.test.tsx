/** How a node stands, seen and changed in its drawer: key, name and tags, revoke, let in again, new key, remove. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

async function openTrust(ordinal = 2, change?: Parameters<typeof mount>[1]) {
  const mounted = await mount({}, change);
  mounted.console.ui.getState().openNode(ordinal, "trust");
  await expect.element(page.getByTestId("trust")).toBeVisible();
  return mounted;
}

test("a node's key, how it came in and how it stands are told", async () => {
  await openTrust();
  await expect.element(page.getByTestId("node-fingerprint")).toHaveTextContent(/^([0-9a-f]{4} ){7}[0-9a-f]{4}/);
  await expect.element(page.getByTestId("node-joined")).toHaveTextContent("with the line “first rack”");
  await expect.element(page.getByTestId("trust")).toHaveTextContent("encrypted (TLS)");
  await expect.element(page.getByTestId("node-standing")).toHaveTextContent("accepted");
});

test("a node with the shared token is marked in the drawer, the table and on the map", async () => {
  const { console } = await openTrust(1);
  await expect.element(page.getByTestId("trust-shared")).toHaveTextContent("shares with others");
  console.ui.getState().go("nodes");
  await expect.element(page.getByTestId("shared-mark")).toHaveTextContent("shared token");
  expect(page.getByTestId("shared-mark").elements()).toHaveLength(1);
});

test("a name and tags are given, and taken back", async () => {
  const { console } = await openTrust();
  await page.getByTestId("node-name").fill("cellar");
  await page.getByTestId("node-tags").fill("role:db, site:home");
  await page.getByTestId("save-naming").click();
  await eventually(() => expect(console.fleet.node(2)?.name).toBe("cellar"));
  expect(console.fleet.node(2)?.tags).toEqual(["role:db", "site:home"]);
  await expect.element(page.getByText("It calls itself nas-01.")).toBeVisible();
  await page.getByTestId("node-name").fill("");
  await page.getByTestId("save-naming").click();
  await eventually(() => expect(console.fleet.node(2)?.name).toBe("nas-01"));
});

test("a refused name stands beside it, and what was typed stays", async () => {
  await openTrust();
  await page.getByTestId("node-name").fill("x".repeat(200));
  await page.getByTestId("save-naming").click();
  await expect.element(page.getByTestId("naming-problem")).toHaveTextContent("at most 128 bytes");
  await expect.element(page.getByTestId("node-name")).toHaveValue("x".repeat(200));
});

test("revoking asks for the name, ends the session, and can be undone", async () => {
  const { console } = await openTrust();
  await page.getByTestId("revoke").click();
  await expect.element(page.getByTestId("sure-yes")).toBeDisabled();
  await page.getByTestId("sure-name").fill("nas-1");
  await expect.element(page.getByTestId("sure-yes")).toBeDisabled();
  await userEvent.keyboard("{Enter}");
  expect(console.fleet.node(2)?.trust.standing).toBe("accepted");
  await page.getByTestId("sure-name").fill("nas-01");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByTestId("node-standing")).toHaveTextContent("revoked");
  await expect.element(page.getByTestId("node-state")).toHaveTextContent("Offline");
  expect(page.getByTestId("revoke").elements()).toHaveLength(0);
  await page.getByTestId("release").click();
  await expect.element(page.getByTestId("node-standing")).toHaveTextContent("accepted");
  await expect.element(page.getByTestId("node-state")).toHaveTextContent("Online");
});

test("only what is offline can be removed; then it is gone from the map", async () => {
  const { bridge, console } = await openTrust();
  await expect.element(page.getByTestId("remove")).toBeDisabled();
  bridge.control.disconnect(2);
  await page.getByTestId("remove").click();
  await page.getByTestId("sure-name").fill("nas-01");
  await page.getByTestId("sure-yes").click();
  await eventually(() => expect(console.fleet.size).toBe(2));
  expect(console.ui.getState().open).toBeNull();
});

test("a refusal of the Nexus stands where it was asked for", async () => {
  await openTrust(2, (bridge) => ({
    ...bridge,
    revokeNode: () => Promise.reject({ code: "store", message: "The disk is full." }),
  }));
  await page.getByTestId("revoke").click();
  await page.getByTestId("sure-name").fill("nas-01");
  await page.getByTestId("sure-yes").click();
  await expect.element(page.getByTestId("standing-problem")).toHaveTextContent("The disk is full.");
});

test("a held node says why, everywhere, and is let in again", async () => {
  const { bridge, console } = await openTrust();
  bridge.control.hold(2);
  await expect.element(page.getByTestId("trust-held")).toHaveTextContent("two machines showed this key");
  console.ui.getState().closePanel();
  await expect.element(page.getByTestId("cause").first()).toHaveTextContent("Held: two machines showed one key");
  console.ui.getState().openNode(2, "trust");
  await page.getByTestId("release").click();
  await expect.element(page.getByTestId("node-state")).toHaveTextContent("Online");
  expect(page.getByTestId("trust-held").elements()).toHaveLength(0);
});

test("a new key is a line for that machine", async () => {
  const { bridge, console } = await openTrust();
  const before = console.fleet.node(2)?.trust.fingerprint;
  await page.getByTestId("rekey").click();
  await expect.element(page.getByTestId("rekey-dialog")).toBeVisible();
  await expect.element(page.getByTestId("empty-join-line")).toHaveTextContent("spore join nxj_");
  bridge.control.knock(console.ui.getState().rekeying?.code.id ?? "");
  await expect.element(page.getByTestId("joined")).toHaveTextContent("nas-01 is online");
  expect(console.fleet.node(2)?.trust.fingerprint).not.toBe(before);
});

test("what a node allows is told as it tells it, with what it granted for a time", async () => {
  await openTrust();
  const policy = page.getByTestId("policy");
  await expect.element(policy).toHaveTextContent("operate");
  await expect.element(policy).toHaveTextContent("systemctl restart {nginx,postgresql}");
  await expect.element(policy).toHaveTextContent("landlock abi 7");
  await expect.element(page.getByTestId("grant")).toHaveTextContent(/^shellgranted for a time2\d:\d\d left$/);
});

test("a spore that does not tell what it allows is said to be so", async () => {
  await openTrust(1);
  await expect.element(page.getByTestId("policy")).toHaveTextContent("It does not tell.");
});
