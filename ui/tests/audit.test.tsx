/** The audit log: read, searched, filtered, verified, exported; by pointer and by keys. */
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const rows = () => page.getByTestId("audit-row").elements();

async function openAudit(change?: Parameters<typeof mount>[1]) {
  const mounted = await mount({ n: 184 }, change);
  await page.getByTestId("rail-audit").click();
  await eventually(() => expect(rows().length).toBeGreaterThan(10));
  return mounted;
}

test("the newest entries come first, the rest as one scrolls, and the page stays small", async () => {
  const { bridge } = await openAudit();
  const all = await bridge.audit({
    search: "",
    action: null,
    who: "",
    node: null,
    instance: null,
    before: null,
    limit: 500,
  });
  expect(rows()[0]?.getAttribute("data-number")).toBe(String(all.entries[0]?.number));
  const grid = page.getByTestId("audit-entries").element();
  await eventually(() => {
    grid.scrollTop = grid.scrollHeight;
    expect(document.querySelector('[data-testid="audit-row"][data-number="1"]')).not.toBeNull();
  });
  expect(rows().length).toBeLessThan(80);
});

test("words, action, who and node narrow it down; a cross shows everything again", async () => {
  await openAudit();
  await page.getByTestId("audit-search").fill("systemctl restart");
  await eventually(() => expect(rows().every((row) => row.textContent?.includes("systemctl restart"))).toBe(true));
  await page.getByTestId("audit-who").fill("backup script");
  await eventually(() => expect(rows().every((row) => row.textContent?.includes("backup script"))).toBe(true));
  await page.getByTestId("audit-search").fill("no such words");
  await eventually(() => expect(rows()).toHaveLength(0));
  await expect.element(page.getByText(/No entry fits/)).toBeVisible();
  await page.getByTestId("audit-clear").click();
  await eventually(() => expect(rows().length).toBeGreaterThan(10));
});

test("a node's name finds what was done with it", async () => {
  const { bridge, console } = await openAudit();
  const node = console.fleet.node(3);
  await bridge.revokeNode(node?.id ?? "");
  await page.getByTestId("audit-node").fill(node?.name ?? "");
  await eventually(() => expect(rows()[0]?.textContent).toContain("Revoked a node"));
});

test("keys walk the entries and show all that one says", async () => {
  await openAudit();
  const grid = page.getByTestId("audit-entries").element() as HTMLElement;
  grid.focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  await expect.element(page.getByTestId("audit-detail")).toHaveTextContent("backup script · operator");
  await expect.element(page.getByTestId("audit-detail")).toHaveTextContent("12 targets, frozen when it was asked");
  expect(document.getElementById(grid.getAttribute("aria-activedescendant") ?? "")).not.toBeNull();
  await userEvent.keyboard("{End}");
  await eventually(() => expect(document.activeElement).toBe(grid));
});

test("verifying says that the log is whole, and later where it is broken", async () => {
  const { bridge } = await openAudit();
  await page.getByTestId("verify-audit").click();
  await expect.element(page.getByTestId("verdict")).toHaveAttribute("data-ok", "true");
  await expect.element(page.getByTestId("verdict")).toHaveTextContent("The log is whole");
  bridge.control.tamper(7);
  await page.getByTestId("verify-audit").click();
  await expect.element(page.getByTestId("verdict")).toHaveTextContent("broken in 1 place");
  await page.getByTestId("fault").click();
  await expect.element(page.getByTestId("audit-detail")).toHaveAttribute("aria-label", "Entry 7");
});

test("what was done meanwhile is offered, not pushed in", async () => {
  const { bridge, console } = await openAudit();
  const before = rows()[0]?.getAttribute("data-number");
  await bridge.releaseNode(console.fleet.node(5)?.id ?? "");
  await page.getByTestId("audit-newer").click();
  await eventually(() => expect(rows()[0]?.getAttribute("data-number")).not.toBe(before));
  await expect.element(page.getByTestId("audit-row").first()).toHaveTextContent("Let a node in again");
});

test("the export says where it is; a refusal says why not", async () => {
  await openAudit();
  await page.getByTestId("export-audit").click();
  await expect.element(page.getByTestId("audit-told")).toHaveTextContent("nexus audit verify --file");
  unmountAll();
  await openAudit((bridge) => ({
    ...bridge,
    saveExport: () => Promise.reject({ code: "file", message: "The disk is full." }),
  }));
  await page.getByTestId("export-audit").click();
  await expect.element(page.getByTestId("audit-told")).toHaveTextContent("The disk is full.");
});
