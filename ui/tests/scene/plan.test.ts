/** The plan without GL: which operations, in which order, with what in them. */
import { describe, expect, test } from "vitest";
import { fitBox, pinned } from "../../src/kernels/camera.ts";
import { levelOf } from "../../src/kernels/detail.ts";
import { overlaps } from "../../src/kernels/labels.ts";
import { miniMap } from "../../src/kernels/minimap.ts";
import { Status } from "../../src/scene/api.ts";
import { Chart } from "../../src/scene/chart.ts";
import { DensityField } from "../../src/scene/density.ts";
import { DrawList, MARK_FLOATS, Mark } from "../../src/scene/drawList.ts";
import { fitAll, fitGroup, underControls } from "../../src/scene/fitting.ts";
import { Flights } from "../../src/scene/flights.ts";
import { Motion } from "../../src/scene/motion.ts";
import { pack, paletteOf } from "../../src/scene/palette.ts";
import { groupNameRect } from "../../src/scene/plan/groupNames.ts";
import { plan } from "../../src/scene/plan/index.ts";
import { LabelBoard } from "../../src/scene/plan/labelBoard.ts";
import { type Sky, starAt } from "../../src/scene/plan/sky.ts";
import { StarStore } from "../../src/scene/starStore.ts";
import { ENGLISH, type Fleet, fleetOf } from "./fixture.ts";

const view = { width: 934, height: 784 };
const routes = { curve: () => ({ cx: 5, cy: 0, ex: 10, ey: 0 }), millis: () => 1000 };

function skyOf(fleet: Fleet, more: Partial<Sky> = {}): Sky {
  const store = new StarStore();
  const chart = new Chart();
  store.replace(fleet.stars);
  for (let i = 0; i < fleet.stars.count; i++) store.read(i);
  chart.set(fleet.groups);
  const fit = fitAll(chart, store, view);
  const camera = fitBox(fit.box, view, fit.insets, fit.maxK);
  return {
    now: 1000,
    view,
    camera,
    fittedK: camera.k,
    bounds: fit.box,
    palette: paletteOf("dark"),
    store,
    chart,
    density: new DensityField(),
    unfold: 1,
    draft: false,
    motion: new Motion(),
    flights: new Flights(),
    labels: new LabelBoard(),
    hover: null,
    focus: null,
    lasso: null,
    moving: false,
    thrift: 0,
    reduced: false,
    measure: (_style, text) => text.length * 6.2,
    words: ENGLISH,
    ...more,
  };
}
function listOf(sky: Sky): DrawList {
  const list = new DrawList();
  plan(sky, list);
  return list;
}
/** The operations in short: names, with the star pass. */
const ops = (list: DrawList): string =>
  list.ops.map((o) => (o.op === "stars" ? `${o.pass}${o.loose === true ? "-loose" : ""}` : o.op)).join(" ");
const texts = (list: DrawList): string[] => list.texts.map((t) => t.text);
const marks = (list: DrawList, kind: Mark): number =>
  Array.from({ length: list.markCount }, (_, n) => list.marks[n * MARK_FLOATS + 2]).filter((k) => k === kind).length;

describe("what is drawn, back to front", () => {
  test("nothing yet: the core and three dashed places", () => {
    const list = listOf(skyOf(fleetOf(0)));
    expect(ops(list)).toBe("grid trunks discs normal marks texts");
    expect(marks(list, Mark.Dashes)).toBe(3);
    expect(texts(list)).toEqual(["Nexus"]);
  });

  test("three machines: spokes, close-ups with two arcs and task ticks, cards in words", () => {
    const list = listOf(skyOf(fleetOf(3)));
    expect(ops(list)).toBe("grid trunks discs ribbons halo marks normal marks texts");
    expect(marks(list, Mark.Arc)).toBe(6);
    expect(marks(list, Mark.Glow)).toBe(3);
    expect(marks(list, Mark.Disc)).toBe(3 + 2);
    expect(texts(list)).toMatchInlineSnapshot(`
      [
        "atlas",
        "CPU 34 %   Memory 61 %",
        "192.168.1.10 · Debian 13 · 3 ms",
        "pi-kitchen",
        "CPU 12 %   Memory 38 %",
        "192.168.1.42 · Raspberry Pi OS · 9 ms",
        "nas-01",
        "CPU 67 %   Memory 72 %",
        "192.168.1.5 · TrueNAS · 2 ms",
        "Nexus",
      ]
    `);
  });

  test("184 in six sites: exceptions after normal stars, every site's name and what is wrong there", () => {
    const sky = skyOf(fleetOf(184));
    const list = listOf(sky);
    expect(ops(list)).toBe("grid trunks discs halo normal exceptions marks texts");
    for (const group of sky.chart.groups.filter((g) => g.discs.length > 0)) {
      expect(texts(list)).toContain(group.label);
      if (group.degraded > 0) expect(texts(list)).toContain(`${group.degraded} degraded`);
      if (group.offline > 0) expect(texts(list)).toContain(`${group.offline} offline`);
    }
    const named = sky.labels.nodes.map((n) => sky.store.statusOf(n.ordinal));
    expect(named.length).toBeGreaterThan(3);
    expect(named.every((s) => s >= Status.Degraded)).toBe(true);
  });

  test("10,000: no node labels, no halos, all 24 names", () => {
    const sky = skyOf(fleetOf(10_000));
    expect(levelOf(sky.camera.k)).toBe(0);
    const list = listOf(sky);
    expect(ops(list)).toBe("grid trunks discs normal exceptions marks texts");
    expect(sky.labels.nodes).toEqual([]);
    expect(sky.labels.groups).toHaveLength(24);
  });
});

describe("a group that outgrew its disc", () => {
  const grown = (further: { x: number; y: number; r: number }[]): Fleet => {
    const fleet = fleetOf(184);
    const groups = fleet.groups.map((g) => (g.label === "Lab" ? { ...g, discs: [...g.discs, ...further] } : g));
    return { ...fleet, groups };
  };

  test("its further discs are numbered, and told its size and trouble only once", () => {
    const sky = skyOf(grown([{ x: 0, y: 70, r: 8 }]));
    const written = texts(listOf(sky));
    expect(written).toContain("Lab · 2");
    expect(written.filter((text) => text.startsWith("Lab"))).toEqual(["Lab", "Lab · 2"]);
    expect(written.filter((text) => text === "9")).toHaveLength(1);
    expect(written).not.toContain("");
  });

  test("where there is no room for that a disc has no number; the group keeps its name", () => {
    const lab = fleetOf(184).groups.find((g) => g.label === "Lab")?.discs[0];
    if (lab === undefined) throw new Error("no disc");
    const sky = skyOf(grown(Array.from({ length: 14 }, () => lab)));
    listOf(sky);
    const names = sky.labels.groups.filter((name) => name.group.label === "Lab");
    expect(names.filter((name) => name.name === "Lab")).toHaveLength(1);
    expect(names.length).toBeLessThan(12);
    const rects = sky.labels.groups.map((name) => groupNameRect(sky, name));
    for (const [n, one] of rects.entries())
      for (const other of rects.slice(n + 1)) expect(overlaps(one, other)).toBe(false);
  });
});

describe("level of detail", () => {
  const closeUp = (more: Partial<Sky> = {}): Sky => {
    const sky = skyOf(fleetOf(184));
    const fit = fitGroup(sky.chart, 1, view);
    if (fit === null) throw new Error("no group");
    return Object.assign(sky, { camera: fitBox(fit.box, view, fit.insets, fit.maxK) }, more);
  };

  test("in a group's close view its stars have arcs, ticks and names; no two labels overlap", () => {
    const sky = closeUp();
    const list = listOf(sky);
    const here = [...sky.store.stars.group].filter((g) => g === 1).length;
    const offline = sky.chart.group(1)?.offline ?? 0;
    expect(marks(list, Mark.Arc)).toBeGreaterThanOrEqual(2 * (here - offline));
    expect(sky.labels.nodes.length).toBeGreaterThan(30);
    expect(sky.labels.nodes.length).toBeLessThanOrEqual(60);
    const boxes = sky.labels.nodes.map((n) => {
      const p = starAt(sky, n.ordinal);
      return { x: p.x + n.dx, y: p.y + n.dy, w: n.w, h: n.lines > 1 ? 49 : 12 };
    });
    for (const [n, a] of boxes.entries())
      for (const b of boxes.slice(n + 1))
        expect(a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h).toBe(false);
  });

  test("a slow machine leaves out halos, then comets, then labels, but only while moving", () => {
    const at = (thrift: Sky["thrift"], moving: boolean): string => {
      const sky = skyOf(fleetOf(184), { thrift, moving });
      sky.flights.start(100, 3, "job", 500);
      sky.flights.step(500, routes);
      return `${ops(listOf(sky))} ${sky.labels.nodes.length > 0}`;
    };
    expect(at(0, true)).toContain("halo");
    expect(at(1, true)).not.toContain("halo");
    expect(at(4, false)).toBe(at(0, false));
    const count = (thrift: Sky["thrift"]): number => {
      const sky = skyOf(fleetOf(184), { thrift, moving: true });
      return listOf(sky).texts.length;
    };
    expect(count(3)).toBeLessThan(count(0));
  });
});

describe("the console's own controls", () => {
  test("no label lies under them, wherever the map is moved to", () => {
    const sky = skyOf(fleetOf(184));
    const under = underControls(view);
    for (let n = 0; n < 40; n++) {
      sky.camera = { k: 30 + n, x: 40 * (n % 7) - 900, y: 900 - 60 * (n % 11) };
      sky.labels.invalidate();
      sky.now += 1000;
      listOf(sky);
      for (const label of sky.labels.nodes) {
        const p = starAt(sky, label.ordinal);
        const rect = { x: p.x + label.dx, y: p.y + label.dy, w: label.w, h: label.lines > 1 ? 32 : 12 };
        expect(under.some((control) => overlaps(rect, control))).toBe(false);
      }
    }
  });
});

describe("attention", () => {
  test("focus: an ink ring, a spoke in activity blue, a chip instead of a label", () => {
    const sky = skyOf(fleetOf(184), { focus: 70 });
    const list = listOf(sky);
    const chip = list.texts.find((t) => t.style === "chip");
    expect(chip).toMatchObject({ text: sky.store.stars.label(70).name, halo: pack(sky.palette.ink) });
    expect(ops(list)).toBe("grid trunks discs ribbons halo normal exceptions marks texts marks texts");
    expect(list.texts.filter((t) => t.text === chip?.text)).toHaveLength(1);
  });

  test("a filter takes labels from what it dims", () => {
    const sky = skyOf(fleetOf(184));
    const i = sky.store.stars.status.indexOf(Status.Degraded);
    sky.store.setFilter(new Set([i]));
    listOf(sky);
    expect(sky.labels.nodes.every((n) => n.ordinal === i)).toBe(true);
  });

  test("comets while there are few, counts on trunks when there are many or motion is unwelcome", () => {
    const sky = skyOf(fleetOf(184));
    sky.flights.start(100, 3, "job", 500);
    sky.flights.step(500, routes);
    expect(ops(listOf(sky)).startsWith("grid trunks ribbons discs ribbons marks")).toBe(true);
    for (let n = 0; n < 200; n++) sky.flights.start(n % 184, 3, `j${n}`, 600);
    sky.flights.step(700, routes);
    expect(sky.flights.comets.length).toBeLessThanOrEqual(150);
    expect(texts(listOf(sky))).toContain("201");
    const still = skyOf(fleetOf(184));
    still.flights.still = true;
    still.flights.start(100, 3, "job", 500);
    still.flights.step(500, routes);
    expect(still.flights.active).toBe(false);
    expect(texts(listOf(still))).toContain("1");
  });
});

describe("the minimap", () => {
  const zoomed = (by: number, more: Partial<Sky> = {}): Sky => {
    const sky = skyOf(fleetOf(10_000), more);
    return Object.assign(sky, { camera: pinned(sky.fittedK * by, 30, 20, view.width / 2, view.height / 2) });
  };
  const fills = (list: DrawList): number => list.ops.filter(({ op }) => op === "fill").length;

  test("only when zoomed past three times, not while the chart moves, not in a small view", () => {
    expect(fills(listOf(zoomed(2.9)))).toBe(0);
    expect(fills(listOf(zoomed(3.5)))).toBe(2);
    expect(fills(listOf(zoomed(3.5, { unfold: 0.5 })))).toBe(0);
    const small = zoomed(3.5);
    small.view = { width: 420, height: 600 };
    expect(fills(listOf(small))).toBe(0);
  });

  test("on top of all else: a plate, every disc, a frame round what is seen, every exception", () => {
    const sky = zoomed(4);
    const list = listOf(sky);
    expect(ops(list)).toMatch(/fill ribbons marks fill ribbons marks$/);
    const mini = miniMap(sky.bounds, view, 4);
    if (mini === null) throw new Error("no minimap");
    expect(mini.rect.x + mini.rect.w).toBeLessThan(view.width);
    const inside: number[] = [];
    for (let n = 0; n < list.markCount; n++) {
      const at = n * MARK_FLOATS;
      const [x, y, kind] = [list.marks[at] ?? 0, list.marks[at + 1] ?? 0, list.marks[at + 2] ?? 0];
      const { rect } = mini;
      if (x > rect.x && x < rect.x + rect.w && y > rect.y && y < rect.y + rect.h && kind === Mark.Disc) inside.push(n);
    }
    expect(inside.length).toBeGreaterThanOrEqual(sky.chart.discs.length + sky.store.exceptions.size + 1);
  });

  test("a filter takes exceptions out of it", () => {
    const sky = zoomed(4);
    const all = listOf(sky).markCount;
    sky.store.setFilter(new Set());
    expect(listOf(sky).markCount).toBeLessThan(all);
  });
});

describe("density", () => {
  test("a hundred thousand far out are a texture with the exceptions on top; closer they are stars", () => {
    const sky = skyOf(fleetOf(100_000));
    expect(ops(listOf(sky))).toBe("grid trunks discs density exceptions marks texts");
    sky.camera = pinned(3.2, 0, 0, view.width / 2, view.height / 2);
    expect(ops(listOf(sky))).toContain("discs normal exceptions");
  });

  test("who stands in no disc stays a star; whoever glides is one too", () => {
    const fleet = fleetOf(100_000);
    fleet.stars.group[5] = 0;
    const sky = skyOf(fleet);
    expect(ops(listOf(sky))).toContain("density normal-loose exceptions");
    expect([...sky.density.loose.items.slice(0, sky.density.loose.size)]).toEqual([5]);
    sky.unfold = 0.4;
    expect(ops(listOf(sky))).toContain("discs normal exceptions");
  });

  test("a change paints the disc of its star and no other one", () => {
    const sky = skyOf(fleetOf(100_000));
    listOf(sky);
    const versions = () => sky.density.tiles.map((tile) => tile.version);
    const before = versions();
    const i = sky.store.stars.status.indexOf(Status.Online);
    sky.store.stars.status[i] = Status.Offline;
    sky.store.read(i);
    sky.density.touch(i);
    listOf(sky);
    const changed = versions().flatMap((version, n) => (version === before[n] ? [] : [n]));
    expect(changed).toHaveLength(1);
    expect(sky.density.tiles[changed[0] ?? -1]?.disc.group.index).toBe(sky.store.stars.group[i]);
    expect(ops(listOf(sky))).toContain("density");
    expect(versions()).toEqual(before.map((version, n) => version + Number(n === changed[0])));
  });

  test("all the light is in the sheet, however far out", () => {
    const sky = skyOf(fleetOf(100_000));
    for (const k of [2.9, 0.9, 0.4]) {
      sky.density.refresh(sky.store, sky.chart, k);
      const sum = sky.density.sheet.bytes.reduce((all, byte) => all + byte, 0);
      const idle = sky.store.present - sky.store.exceptions.size;
      expect(sum / (idle * 32)).toBeGreaterThan(0.85);
      expect(sum / (idle * 32)).toBeLessThan(1.25);
    }
  });

  test("fewer stars only while they move on a machine that is too slow for them", () => {
    const shown = (more: Partial<Sky>) => ops(listOf(skyOf(fleetOf(30_000), more))).includes("density");
    expect(shown({})).toBe(false);
    expect(shown({ moving: true, thrift: 3 })).toBe(false);
    expect(shown({ moving: true, thrift: 4 })).toBe(true);
    expect(shown({ moving: false, thrift: 4 })).toBe(false);
  });
});

describe("another chart", () => {
  test("discs, trunks and names come into sight while stars glide", () => {
    const half = listOf(skyOf(fleetOf(184), { unfold: 0.5 }));
    expect(half.ops.find(({ op }) => op === "discs")).toMatchObject({ alpha: 0.5, draft: false });
    expect(half.ops.find(({ op }) => op === "trunks")).toMatchObject({ alpha: 0.5 });
    expect((half.texts.find(({ text }) => text === "Paris")?.fill ?? 0) >>> 24).toBe(128);
    const whole = listOf(skyOf(fleetOf(184), { draft: true }));
    expect(whole.ops.find(({ op }) => op === "discs")).toMatchObject({ alpha: 1, draft: true });
  });
});
