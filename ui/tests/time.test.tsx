/** Looking back: the band, the map of another time, what cannot be done from there, and a node's curves. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Bridge } from "../src/bridge/types";
import { eventually, mount, unmountAll } from "./mount";

vi.setConfig({ testTimeout: 60_000 });

const HOUR = 3_600_000;
const MINUTE = 60_000;

beforeAll(() => {
  // A minimal system: the library of the curves dies of this when it is loaded.
  Object.defineProperty(navigator, "language", { value: "C", configurable: true });
});
afterAll(() => {
  Reflect.deleteProperty(navigator, "language");
  unmountAll();
});

const stars = (text: string) =>
  [...document.querySelectorAll('[data-testid="star"]')].filter((star) => star.textContent?.includes(text)).length;
const chip = (status: string) =>
  Number(page.getByTestId(`status-chip-${status}`).query()?.querySelector("b")?.textContent);
const slider = () => page.getByTestId("time-slider");
const told = () => slider().element().getAttribute("aria-valuetext") ?? "";

async function back(hours: number) {
  const mounted = await mount({ n: 184 });
  const at = Date.now() - hours * HOUR;
  mounted.console.replay.getState().seek(at);
  await eventually(() => expect(mounted.console.replay.getState().past?.atMs).toBe(at));
  return { ...mounted, at };
}

test("a site whose link was cut is offline on the map of then, and back when the operator is", async () => {
  const { console } = await back(8.15);
  await expect.element(page.getByTestId("replay-frame")).toBeVisible();
  expect(console.replay.getState().past?.groupCounts[4]).toMatchObject({ online: 0, offline: 22 });
  await eventually(() => expect(chip("offline")).toBe(console.replay.getState().past?.totals.offline));
  expect(chip("offline")).toBeGreaterThanOrEqual(22);
  await eventually(() => expect(stars("offline, Singapore")).toBeGreaterThan(10));
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(document.querySelector('[data-testid="replay-frame"]')).toBeNull());
  expect(stars("offline, Singapore")).toBeLessThan(5);
  expect(chip("offline")).toBe(console.fleet.totals.offline);
});

test("the present goes on unseen, and is there at once", async () => {
  const { console, bridge } = await back(2);
  const shown = chip("offline");
  const before = console.fleet.totals.offline;
  const victims = [...console.fleet.ordinals()].filter((o) => console.fleet.node(o)?.state === "online").slice(0, 5);
  for (const ordinal of victims) bridge.control.disconnect(ordinal);
  await eventually(() => expect(console.fleet.totals.offline).toBe(before + 5));
  expect(chip("offline")).toBe(shown);
  await page.getByTestId("replay-back").click();
  expect(chip("offline")).toBe(before + 5);
});

test("whoever came later is not there yet", async () => {
  const { console } = await back(8);
  const lab = () => console.replay.getState().past?.groupCounts[6];
  const then = (lab()?.online ?? 0) + (lab()?.offline ?? 0) + (lab()?.degraded ?? 0);
  expect(then).toBeGreaterThan(0);
  expect(then).toBeLessThan(9);
  console.replay.getState().seek(Date.now() - HOUR);
  await eventually(() => expect((lab()?.online ?? 0) + (lab()?.offline ?? 0) + (lab()?.degraded ?? 0)).toBe(9));
});

test("nothing can be run from there as if it were now", async () => {
  const { console, bridge } = await back(3);
  const execute = vi.spyOn(bridge, "execute");
  const submit = vi.spyOn(bridge, "submitJob");
  console.ui.getState().openNode(3);
  await expect.element(page.getByTestId("past-open")).toBeVisible();
  expect(document.querySelector('[data-testid="run"]')).toBeNull();
  await userEvent.keyboard("r");
  await expect
    .element(page.getByText("Running acts on the present. Go back to now first (Esc).").first())
    .toBeVisible();
  console.ui.getState().select([1, 2, 3]);
  await expect.element(page.getByTestId("run-on-selection")).toBeDisabled();
  expect(document.querySelector('[data-testid="run"]')).toBeNull();
  expect(execute).not.toHaveBeenCalled();
  expect(submit).not.toHaveBeenCalled();
  // Whoever goes elsewhere is in the present.
  await userEvent.keyboard("t");
  expect(console.replay.getState()).toMatchObject({ at: null, open: false, past: null });
});

test("the handle goes by minutes and hours, and says the time in words", async () => {
  const { console } = await mount({ n: 184 });
  await userEvent.keyboard("h");
  await expect.element(slider()).toBeVisible();
  expect(told()).toBe("Now");
  (slider().element() as HTMLElement).focus();
  const at = () => console.replay.getState().at ?? 0;
  await userEvent.keyboard("{PageDown}");
  await eventually(() => expect(told()).toMatch(/^(Yesterday, )?\d\d:\d\d, 1 h ago: \d+ online/));
  const first = at();
  await userEvent.keyboard("{ArrowLeft}{ArrowLeft}{ArrowRight}");
  expect(at()).toBe(first - MINUTE);
  await userEvent.keyboard("{Home}");
  await eventually(() => expect(Date.now() - at()).toBeGreaterThan(23.9 * HOUR));
  await userEvent.keyboard("{End}");
  expect(told()).toBe("Now");
  await userEvent.keyboard("{Escape}");
  await eventually(() => expect(document.querySelector('[data-testid="time-band"]')).toBeNull());
});

test("it goes on by itself until it is now", async () => {
  const { console } = await back(20);
  const before = console.replay.getState().at ?? 0;
  await page.getByTestId("time-speed-600").click();
  await eventually(() => expect(console.replay.getState().at ?? 0).toBeGreaterThan(before + 5 * MINUTE));
  await page.getByTestId("time-play").click();
  expect(console.replay.getState().playing).toBeNull();
  expect(console.replay.getState().at).not.toBeNull();
  console.replay.getState().seek(Date.now() - 1000);
  console.replay.getState().play(600);
  await eventually(() => expect(console.replay.getState()).toMatchObject({ at: null, playing: null }));
});

test("where nobody looked nothing is claimed", async () => {
  const { console } = await back(14.05);
  await expect.element(page.getByTestId("replay-unknown")).toBeVisible();
  expect(console.replay.getState().past?.totals).toMatchObject({ online: 0, offline: 0 });
});

test("what cannot be read is told, and the last picture stays", async () => {
  let broken = false;
  const { console } = await mount({ n: 3 }, (bridge): Bridge => {
    const fleetAt: Bridge["fleetAt"] = (at) =>
      broken ? Promise.reject({ code: "store", message: "The disk is full." }) : bridge.fleetAt(at);
    return { ...bridge, fleetAt };
  });
  const { replay } = console;
  replay.getState().seek(Date.now() - HOUR);
  await eventually(() => expect(replay.getState().past).not.toBeNull());
  broken = true;
  replay.getState().play(60);
  replay.getState().seek(Date.now() - 2 * HOUR);
  await expect.element(page.getByText("The disk is full.")).toBeVisible();
  expect(replay.getState().playing).toBeNull();
  expect(replay.getState().past).not.toBeNull();
});

test("answers that make no sense do no harm", async () => {
  const { console } = await mount({ n: 3 }, (bridge): Bridge => {
    const fleetAt: Bridge["fleetAt"] = async (at) => ({
      ...{ atMs: at, sampledMs: at, jobs: [] },
      ordinals: [0, 1, 99_999, -1, Number.NaN, 2],
      states: [4, 77],
      cpu: [Number.NaN, 900],
      memory: [],
      tasks: [1, 1e9],
    });
    return { ...bridge, fleetAt };
  });
  console.replay.getState().seek(Date.now() - HOUR);
  await eventually(() => expect(console.replay.getState().past).not.toBeNull());
  const past = console.replay.getState().past;
  expect(past?.totals).toMatchObject({ online: 0, offline: 1, degraded: 0 });
  expect([past?.stars.cpu[0], past?.stars.cpu[1], past?.stars.tasks[1]]).toEqual([0, 1, 65_535]);
  console.replay.getState().seek(Number.NaN);
  expect(console.replay.getState().at).not.toBeNaN();
});

test("absurd questions are refused", async () => {
  const { bridge } = await mount({ n: 3 });
  const now = Date.now();
  for (const ask of [
    bridge.timeline(Number.NaN, now, 10),
    bridge.timeline(now, now - HOUR, 10),
    bridge.timeline(0, now, 10),
    bridge.timeline(now - HOUR, now, 0),
    bridge.timeline(now - HOUR, now, 1e9),
    bridge.fleetAt(Number.NaN),
    bridge.fleetAt(now + HOUR),
    bridge.nodeHistory("home-0", 0),
    bridge.nodeHistory("nobody", 1),
  ])
    await expect(ask).rejects.toMatchObject({ message: expect.any(String) });
});

test("a node's curves are drawn where the system's language is C, told in words, and can be read as a table", async () => {
  const { console } = await back(8.15);
  const ordinal = [...console.fleet.ordinals()].find((o) => console.fleet.node(o)?.name.startsWith("sin-")) ?? 0;
  console.ui.getState().openNode(ordinal);
  await expect.element(page.getByTestId("history-plot")).toHaveAttribute("data-drawn", "yes");
  expect(document.querySelectorAll('[data-testid="history-plot"] canvas')).toHaveLength(2);
  await expect.element(page.getByTestId("history-summary")).toHaveTextContent(/CPU \d+ % to \d+ %\..*Offline/);
  await page.getByTestId("history-as-table").click();
  expect(document.querySelectorAll('[data-testid="history-table"] tbody tr')).toHaveLength(24);
  expect(navigator.language).toBe("C");
});
