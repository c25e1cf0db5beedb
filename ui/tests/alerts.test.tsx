/** Alerts: what fires by likely cause, who looks after it, muting; the rules; what deserves a message of the system. */
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import type { AlertBoardView, CauseView } from "../src/bridge/types";
import { decide, EVERY_MS, type Notice } from "../src/state/notifications";
import { eventually, mount, unmountAll } from "./mount";

afterEach(unmountAll);

const count = (id: string) => page.getByTestId(id).elements().length;
const texts = (id: string) =>
  page
    .getByTestId(id)
    .elements()
    .map((element) => element.textContent ?? "");

async function onAlerts(n = 184) {
  const mounted = await mount({ n });
  mounted.console.ui.getState().go("alerts");
  await expect.element(page.getByTestId("alerts-page")).toBeVisible();
  return mounted;
}

const CAUSE: CauseView = {
  key: "r/rest",
  ruleId: "r",
  rule: "No connection",
  condition: { kind: "offline", above: null, times: null, minutes: null },
  severity: "warning",
  likely: { kind: "one", what: "", of: 0 },
  place: "atlas",
  sites: [],
  detail: null,
  since: "2026-11-26T10:00:00Z",
  latest: "2026-11-26T10:00:00Z",
  touched: "2026-11-26T10:00:00Z",
  alerts: 1,
  ordinals: [0],
  subject: { kind: "node", id: "home-0", name: "atlas" },
  owner: null,
  acknowledged: false,
  mutedUntil: null,
};
const ALL = { state: "all", rule: null, severity: null, node: null, skip: 0, limit: 200 } as const;
const board = (...causes: CauseView[]): AlertBoardView => ({
  causes,
  more: 0,
  counts: { firing: causes.length, critical: 0, warning: causes.length, info: 0, muted: 0, acknowledged: 0 },
  quietSince: causes.length > 0 ? null : "2026-11-26T10:00:00Z",
});

test("when all is quiet it says so and since when, on the page and beside the map", async () => {
  const { console } = await onAlerts(3);
  await expect.element(page.getByTestId("alerts-quiet")).toHaveTextContent("Nothing has fired since");
  console.ui.getState().go("map");
  await expect.element(page.getByTestId("attention")).toHaveTextContent("All quiet");
  await expect.element(page.getByTestId("quiet-since")).toHaveTextContent("none with a problem since");
});

test("hovering a cause lights its stars, pressing it selects them, and the bell counts causes", async () => {
  const { console } = await mount({ n: 184 });
  const causes = console.alerts.getState().board.causes;
  expect(causes.length).toBeGreaterThan(2);
  await expect.element(page.getByTestId("attention-count")).toHaveTextContent(String(causes.length));
  const several = causes.findIndex(({ ordinals }) => ordinals.length > 1);
  const item = page.getByTestId("cause").nth(several);
  await item.hover();
  await eventually(() => expect([...(console.ui.getState().lit ?? [])]).toEqual(causes[several]?.ordinals));
  await item.click();
  await eventually(() => expect([...console.ui.getState().selected]).toEqual(causes[several]?.ordinals));
  expect(console.ui.getState().lit).toBeNull();
});

test("a site that goes dark is one cause, and comes back by itself", async () => {
  const { bridge, console } = await mount({ n: 184 });
  const lab = [...console.fleet.ordinals()].filter((o) => console.fleet.groupLabel(o) === "Lab");
  for (const ordinal of lab) bridge.control.disconnect(ordinal);
  await eventually(() => expect(texts("cause").join()).toContain(`Lab: ${lab.length} of ${lab.length} nodes offline`));
  await expect.element(page.getByTestId("attention")).toHaveTextContent("Probably the site’s network or power");
  for (const ordinal of lab) bridge.control.reconnect(ordinal);
  await eventually(() => expect(texts("cause").join()).not.toContain("Lab:"));
  console.ui.getState().go("alerts");
  await page.getByRole("button", { name: "Over" }).click();
  const away = () => texts("past-alert").filter((text) => text.includes("No connection"));
  await eventually(() => expect(away()).toHaveLength(lab.length));
});

test("a cause is taken, muted and heard of again; others are told who looks after it", async () => {
  const { console } = await onAlerts();
  const before = count("cause-row");
  await page.getByTestId("take").click();
  await expect.element(page.getByTestId("cause-row").first()).toHaveTextContent("you");
  await page.getByTestId("mute").click();
  await page.getByTestId("mute-8").click();
  await eventually(() => expect(count("cause-row")).toBe(before - 1));
  expect(console.alerts.getState().board.counts.muted).toBeGreaterThan(0);
  await page.getByRole("button", { name: /Muted/ }).click();
  await expect.element(page.getByTestId("cause-row")).toHaveTextContent("muted until");
  await page.getByTestId("unmute").click();
  await eventually(() => expect(count("cause-row")).toBe(0));
});

test("a note stands with all of the cause, in what happened, is told by others too, and is taken away", async () => {
  const { bridge, console } = await onAlerts();
  const cause = console.alerts.getState().board.causes[0] as CauseView;
  await expect.element(page.getByTestId("save-note")).toBeDisabled();
  await page.getByTestId("note").fill("ą".repeat(251));
  await expect.element(page.getByText("at most 500 bytes")).toBeVisible();
  await expect.element(page.getByTestId("save-note")).toBeDisabled();
  await page.getByTestId("note").fill("<b>the switch</b> is being replaced");
  await page.getByTestId("save-note").click();
  await expect.element(page.getByTestId("cause-note")).toHaveTextContent("<b>the switch</b> is being replaced");
  await expect.element(page.getByTestId("cause-detail")).toHaveTextContent("Note of you");
  const written = await bridge.alerts({ ...ALL, cause: cause.key });
  expect(new Set(written.alerts.map(({ note }) => note))).toEqual(new Set(["<b>the switch</b> is being replaced"]));
  // Somebody else, elsewhere.
  await bridge.noteAlert({ alert: null, cause: cause.key, rule: null }, "it is done");
  await expect.element(page.getByTestId("cause-note")).toHaveTextContent("it is done");
  await page.getByTestId("note").fill("");
  await page.getByTestId("save-note").click();
  await expect.element(page.getByTestId("cause-detail")).toHaveTextContent("Note taken away by you");
  expect(count("cause-note")).toBe(0);
});

test("a note that is refused stays where it was typed", async () => {
  const { console } = await mount({ n: 184 }, (bridge) => ({
    ...bridge,
    noteAlert: async () => {
      throw { code: "unknown_cause", message: "no alert fires for this cause any more" };
    },
  }));
  console.ui.getState().go("alerts");
  await page.getByTestId("note").fill("known");
  await page.getByTestId("save-note").click();
  await expect.element(page.getByText(/no alert fires for this cause/)).toBeVisible();
  await expect.element(page.getByTestId("note")).toHaveValue("known");
});

test("what was seen does not stand at the bell any more", async () => {
  const { console } = await onAlerts();
  const before = Number(page.getByTestId("attention-count").element().textContent);
  await page.getByTestId("acknowledge").click();
  await eventually(() => expect(page.getByTestId("attention-count").element().textContent).toBe(String(before - 1)));
  console.ui.getState().go("map");
  await expect.element(page.getByTestId("attention")).toHaveTextContent(/\d+ seen/);
});

test("its nodes are listed, shown on the map, and selected", async () => {
  const { console } = await onAlerts();
  const cause = console.alerts.getState().board.causes[0] as CauseView;
  await eventually(() => expect(count("member")).toBe(cause.alerts));
  await page.getByTestId("show-on-map").click();
  expect(console.ui.getState().page).toBe("map");
  await eventually(() => expect([...(console.ui.getState().lit ?? [])]).toEqual(cause.ordinals));
  console.ui.getState().go("alerts");
  await page.getByTestId("select-nodes").click();
  const { selected, open } = console.ui.getState();
  expect(selected.size > 0 ? [...selected] : [open]).toEqual(cause.ordinals);
});

test("a rule says whom it would meet while it is written, is refused in words, and fires once it is kept", async () => {
  const { console } = await onAlerts();
  await page.getByRole("button", { name: "Rules" }).click();
  await page.getByTestId("new-alert-rule").click();
  await page.getByTestId("alert-rule-above").fill("0");
  await expect.element(page.getByTestId("alert-preview")).toHaveTextContent("percent is 1 to 100");
  await page.getByTestId("save-alert-rule").click();
  await expect.element(page.getByTestId("alert-rule-problem")).toHaveTextContent("percent is 1 to 100");
  await page.getByTestId("alert-rule-above").fill("60");
  await page.getByTestId("alert-rule-nodes").fill("state:online");
  await page.getByTestId("alert-rule-name").fill("Hot");
  await expect.element(page.getByTestId("alert-preview")).toHaveTextContent(/Would fire now for \d+ nodes/);
  await page.getByTestId("save-alert-rule").click();
  await eventually(() => expect(texts("alert-rule").join()).toContain("Hot"));
  await eventually(() => expect(console.alerts.getState().board.causes.some(({ rule }) => rule === "Hot")).toBe(true));
});

test("a rule from the beginning is switched off, and what fired by it is over", async () => {
  const { console } = await onAlerts();
  const offline = () => console.alerts.getState().board.causes.filter(({ rule }) => rule === "No connection");
  expect(offline().length).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Rules" }).click();
  await page.getByRole("switch", { name: "No connection is looked at" }).click();
  await eventually(() => expect(offline()).toEqual([]));
});

test("what the host says of a cause is shown as it is, and never as marks", async () => {
  const { bridge } = await mount({ n: 3 });
  const name = "<img src=x onerror=alert(1)>";
  bridge.control.emit({ kind: "alerts", board: board({ ...CAUSE, rule: name, owner: "\u202eanna" }) });
  await expect.element(page.getByTestId("cause")).toHaveTextContent(name);
  expect(document.querySelector('[data-testid="cause"] img')).toBeNull();
  expect(texts("cause").join()).not.toContain("\u202e");
});

const notice = (title: string, urgency: Notice["urgency"]): Notice => ({
  kind: "alert",
  urgency,
  title,
  body: "",
  place: "map",
});

test("one message in ten seconds, the worst first, the others counted", () => {
  expect(decide([], null, 0)).toEqual({ show: null, again: null });
  expect(decide([notice("a", 1)], null, 5).show?.title).toBe("a");
  expect(decide([notice("a", 1)], 0, EVERY_MS - 1)).toEqual({ show: null, again: 1 });
  const several = decide([notice("a", 1), notice("b", 3), notice("c", 0)], 0, EVERY_MS);
  expect(several.show).toMatchObject({ title: "b", body: "and 2 more things" });
});

test("a new alert is a message of the system; what fired before, what is muted, and good news of others are not", async () => {
  const shown: string[] = [];
  const { bridge, console } = await mount({ n: 3 }, (b) => ({
    ...b,
    notify: async (title: string, _body: string, place: string) => {
      shown.push(`${title} → ${place}`);
    },
  }));
  bridge.control.emit({ kind: "alerts", board: board({ ...CAUSE, mutedUntil: "2999-01-01T00:00:00Z", key: "m" }) });
  bridge.control.emit({ kind: "alerts", board: board({ ...CAUSE, severity: "info", key: "i" }) });
  await eventually(() => expect(console.alerts.getState().board.causes[0]?.key).toBe("i"));
  bridge.control.emit({ kind: "alerts", board: board(CAUSE) });
  await eventually(() => expect(shown).toEqual(["No connection → alerts"]));
});

test("where alerts are posted is set, shown without its secret, told when it fails, and taken back", async () => {
  const { console } = await onAlerts();
  expect(count("webhook-trouble")).toBe(0);
  console.ui.getState().go("settings");
  await expect.element(page.getByTestId("webhook-save")).toBeDisabled();
  await page.getByTestId("webhook-url").fill("ftp://hooks.example/s3cret");
  await page.getByTestId("webhook-save").click();
  await expect.element(page.getByTestId("webhook")).toHaveTextContent("only http and https are spoken");
  await page.getByTestId("webhook-url").fill("https://broken.example/s3cret");
  await page.getByTestId("webhook-save").click();
  await expect.element(page.getByTestId("webhook-to")).toHaveTextContent("https://broken.example/…");
  await expect.element(page.getByTestId("webhook-trouble")).toHaveTextContent("it answers 500");
  expect(document.body.textContent).not.toContain("s3cret");
  expect(page.getByTestId("webhook-url").element()).toHaveProperty("value", "");
  console.ui.getState().go("alerts");
  await expect.element(page.getByTestId("webhook-trouble")).toHaveTextContent("Alerts do not reach");
  console.ui.getState().go("settings");
  await page.getByTestId("webhook-url").fill("https://hooks.example/s3cret");
  await page.getByTestId("webhook-save").click();
  await expect.element(page.getByTestId("webhook-going")).toHaveTextContent("1 arrived");
  expect(count("webhook-trouble")).toBe(0);
  await page.getByTestId("webhook-remove").click();
  await eventually(() => expect(count("webhook-to")).toBe(0));
});

test("a bound for disks is a rule like the others", async () => {
  await onAlerts();
  await page.getByRole("button", { name: "Rules" }).click();
  expect(texts("alert-rule").join()).toContain("Disk above 90 %");
});
