/** The pointer: hover, click, drag, wheel, double click, lasso; camera and keyboard verbs. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import type { ScenePointer } from "../../src/scene/api.ts";
import { click, drag, type Mounted, mount, pointer, sleep } from "./mount.ts";

let m: Mounted;
beforeEach(async () => {
  m = await mount(184);
});
afterEach(() => m.unmount());
const told = <K extends ScenePointer["kind"]>(kind: K): Extract<ScenePointer, { kind: K }>[] =>
  m.events.filter((e): e is Extract<ScenePointer, { kind: K }> => e.kind === kind);

describe("pointing", () => {
  test("hover names the star once, then null when the pointer leaves it", () => {
    const p = m.scene.project(20);
    for (const d of [0, 0.5, 1]) pointer(m.canvas, "pointermove", p.x + d, p.y);
    expect(told("hover")).toEqual([{ kind: "hover", ordinal: 20 }]);
    expect(m.canvas.style.cursor).toBe("pointer");
    pointer(m.canvas, "pointermove", 5, 770);
    expect(told("hover").at(-1)).toEqual({ kind: "hover", ordinal: null });
    expect(m.canvas.style.cursor).toBe("");
  });

  test("every one of 184 stars can be picked where it is drawn", () => {
    for (let i = 0; i < 184; i++) {
      const p = m.scene.project(i);
      click(m.canvas, p.x, p.y);
    }
    expect(told("pick").map((e) => e.ordinal)).toEqual(Array.from({ length: 184 }, (_, i) => i));
  });

  test("a click beside a star still hits it, empty sky picks nothing, Shift and Ctrl add", () => {
    const p = m.scene.project(20);
    click(m.canvas, p.x + 5, p.y);
    click(m.canvas, 5, 770);
    click(m.canvas, p.x, p.y, { shiftKey: true });
    click(m.canvas, p.x, p.y, { ctrlKey: true });
    expect(told("pick")).toEqual([
      { kind: "pick", ordinal: 20, additive: false },
      { kind: "pick", ordinal: null, additive: false },
      { kind: "pick", ordinal: 20, additive: true },
      { kind: "pick", ordinal: 20, additive: true },
    ]);
  });

  test("a real mouse works too", async () => {
    const p = m.scene.project(150);
    await userEvent.click(m.canvas, { position: { x: p.x, y: p.y } });
    expect(told("pick").at(-1)).toEqual({ kind: "pick", ordinal: 150, additive: false });
  });

  test("a click on a group's name picks the group", () => {
    const paris = m.fleet.groups[1]?.discs[0];
    const p = m.scene.project(0);
    const k = (m.scene.project(1).x - p.x) / ((m.fleet.stars.x[1] ?? 0) - (m.fleet.stars.x[0] ?? 0));
    const cx = p.x + ((paris?.x ?? 0) - (m.fleet.stars.x[0] ?? 0)) * k;
    const top = p.y + ((paris?.y ?? 0) - (paris?.r ?? 0) - (m.fleet.stars.y[0] ?? 0)) * k;
    click(m.canvas, cx, top - 26);
    expect(told("pickGroup")).toEqual([{ kind: "pickGroup", group: 1 }]);
  });
});

describe("moving the camera", () => {
  test("a drag pans and is no click", () => {
    const before = m.scene.project(20);
    drag(m.canvas, [
      [300, 700],
      [310, 700],
      [360, 720],
    ]);
    const after = m.scene.project(20);
    // The first few pixels decide that it is a drag; none of them is lost.
    expect(after.x - before.x).toBeCloseTo(60, 3);
    expect(after.y - before.y).toBeCloseTo(20, 3);
    expect(told("pick")).toEqual([]);
  });

  // (A wheel event's position is in whole pixels.)
  test("the wheel zooms at the pointer and tells when it rests", async () => {
    const p = m.scene.project(20);
    m.canvas.dispatchEvent(new WheelEvent("wheel", { clientX: p.x, clientY: p.y, deltaY: -100, cancelable: true }));
    await m.rest();
    const after = m.scene.project(20);
    expect(after.x).toBeCloseTo(p.x, 0);
    expect(after.y).toBeCloseTo(p.y, 0);
    const last = told("camera").at(-1);
    expect(last?.atRest).toBe(true);
    expect(last?.zoom).toBeGreaterThan(1.1);
    expect(told("camera").some((e) => !e.atRest)).toBe(true);
  });

  test("two fingers on a trackpad pan, a pinch zooms at once", () => {
    const p = m.scene.project(20);
    m.canvas.dispatchEvent(
      new WheelEvent("wheel", { clientX: p.x, clientY: p.y, deltaX: 8, deltaY: 13, cancelable: true }),
    );
    expect(m.scene.project(20).x).toBeCloseTo(p.x - 8, 3);
    expect(m.scene.project(20).y).toBeCloseTo(p.y - 13, 3);
    const [a, b] = [m.scene.project(20), m.scene.project(21)];
    const pinch = { clientX: a.x, clientY: a.y, deltaY: -10, ctrlKey: true, cancelable: true };
    m.canvas.dispatchEvent(new WheelEvent("wheel", pinch));
    expect(m.scene.project(20).x).toBeCloseTo(a.x, 0);
    const grown = (m.scene.project(21).x - m.scene.project(20).x) / (b.x - a.x);
    expect(grown).toBeGreaterThan(1.05);
  });

  test("two touches zoom about their middle and never click", () => {
    const before = [m.scene.project(20), m.scene.project(120)] as const;
    const finger = (id: number): PointerEventInit => ({ pointerId: id, pointerType: "touch", button: 0, buttons: 1 });
    pointer(m.canvas, "pointerdown", 400, 400, finger(1));
    pointer(m.canvas, "pointerdown", 500, 400, finger(2));
    pointer(m.canvas, "pointermove", 350, 400, finger(1));
    pointer(m.canvas, "pointermove", 550, 400, finger(2));
    pointer(m.canvas, "pointerup", 350, 400, finger(1));
    pointer(m.canvas, "pointerup", 550, 400, finger(2));
    const after = [m.scene.project(20), m.scene.project(120)] as const;
    expect((after[1].x - after[0].x) / (before[1].x - before[0].x)).toBeCloseTo(2, 2);
    expect(told("pick")).toEqual([]);
  });

  test("flying to a star ends in the middle, close enough for its arcs; a press interrupts it", async () => {
    m.scene.flyTo(77);
    await m.rest();
    const p = m.scene.project(77);
    expect(p.x).toBeCloseTo(467, 2);
    expect(p.y).toBeCloseTo(392, 2);
    expect(m.scene.stats().levelOfDetail).toBe(3);
    m.scene.fit();
    await sleep(120);
    pointer(m.canvas, "pointerdown", 10, 10, { button: 0 });
    const held = m.scene.project(77);
    await sleep(400);
    expect(m.scene.project(77)).toEqual(held);
    pointer(m.canvas, "pointerup", 10, 10, { button: 0 });
    m.scene.fit();
    await m.rest();
    expect(told("camera").at(-1)).toEqual({ kind: "camera", zoom: 1, atRest: true });
  });

  test("a double click flies to the star; to the group on its disc", async () => {
    const p = m.scene.project(20);
    m.canvas.dispatchEvent(new MouseEvent("dblclick", { clientX: p.x, clientY: p.y }));
    await m.rest();
    expect(m.scene.project(20).x).toBeCloseTo(467, 2);
  });

  test("zoomBy keeps the middle and is limited", async () => {
    for (let n = 0; n < 40; n++) m.scene.zoomBy(2);
    await m.rest();
    expect(told("camera").at(-1)?.zoom).toBeLessThan(60);
    for (let n = 0; n < 80; n++) m.scene.zoomBy(0.5);
    await m.rest();
    expect(told("camera").at(-1)?.zoom).toBeGreaterThan(0.05);
  });
});

describe("lasso and arrow keys", () => {
  test("a loop round a disc catches exactly its stars; dragging does not pan", () => {
    m.scene.setLasso(true);
    const lab = m.fleet.groups.find((g) => g.label === "Lab");
    const members = [...m.fleet.stars.group.keys()].filter((i) => m.fleet.stars.group[i] === lab?.index);
    const at = members.map((i) => m.scene.project(i));
    const x0 = Math.min(...at.map((p) => p.x)) - 12;
    const x1 = Math.max(...at.map((p) => p.x)) + 12;
    const y0 = Math.min(...at.map((p) => p.y)) - 12;
    const y1 = Math.max(...at.map((p) => p.y)) + 12;
    drag(m.canvas, [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
      [x0, y0 + 5],
    ]);
    expect(told("lasso")).toEqual([{ kind: "lasso", ordinals: members, additive: false }]);
    expect(m.scene.project(0)).toEqual(m.scene.project(0));
    expect(told("camera").filter((e) => !e.atRest)).toEqual([]);
  });

  test("leaving lasso mode in the middle of a loop selects nothing", () => {
    m.scene.setLasso(true);
    pointer(m.canvas, "pointerdown", 100, 100, { button: 0 });
    for (const [x, y] of [
      [400, 100],
      [400, 700],
      [100, 700],
    ] as const)
      pointer(m.canvas, "pointermove", x, y);
    m.scene.setLasso(false);
    pointer(m.canvas, "pointerup", 100, 120, { button: 0 });
    expect(told("lasso")).toEqual([]);
  });

  test("arrow keys walk: there is always a star in some direction, and Right goes right", () => {
    let here = m.scene.neighbour(null, 1, 0);
    expect(here).not.toBeNull();
    for (let n = 0; n < 10 && here !== null; n++) {
      const next = m.scene.neighbour(here, 1, 0);
      if (next !== null) expect(m.scene.project(next).x).toBeGreaterThan(m.scene.project(here).x);
      here = next;
    }
    expect([m.scene.neighbour(20, 0, 1), m.scene.neighbour(20, 0, -1)].some((i) => i !== null)).toBe(true);
  });
});
