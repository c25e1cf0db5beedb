/**
 * Charts of the simulated swarm: groups as the host would make them, previews, one chart that can be taken back.
 * Not here: saved groups (asks.ts), where discs and slots lie (layout.ts).
 */
import type {
  Bridge,
  ChartBy,
  ChartPreview,
  ChartView,
  FeedEvent,
  GroupView,
  NodeView,
  PlaceRow,
  SavedGroupView,
} from "../types";
import { hashOf } from "./audit";
import { refusal } from "./executions";
import { homeSlot, placeDiscs, slot } from "./layout";
import { matching } from "./target";

const MOST_AT_HOME = 36;
const ROLE_WORDS: Record<string, string> = { db: "database", bld: "build", wrk: "worker" };
const SITES: Record<string, string> = {
  par: "Paris",
  fra: "Frankfurt",
  iad: "Ashburn",
  sin: "Singapore",
  edg: "Retail edge",
};

export type ChartsHost = {
  known(): NodeView[];
  groups: GroupView[];
  saved: readonly SavedGroupView[];
  emit(event: FeedEvent): void;
};
type Sky = { chart: ChartView; groups: GroupView[]; places: PlaceRow[] };

export class SimulatedCharts {
  chart: ChartView = {
    number: 1,
    by: { dimension: "site", key: null },
    madeBy: "",
    since: null,
    canUndo: false,
  };
  #before: Sky | null = null;

  constructor(
    private readonly host: ChartsHost,
    private readonly tell: (action: "apply_chart" | "undo_chart", by: ChartBy | null) => void,
  ) {}

  preview(by: ChartBy): ChartPreview {
    if (by.dimension === "tag" && !by.key)
      throw refusal("invalid", "A chart by tag wants a key, for example rack for tags like rack=14.");
    const { groups, places } = this.#plan(by);
    const now = new Map(this.host.known().map((node) => [node.ordinal, node]));
    const moved = places.filter(([ordinal, , x, y]) => now.get(ordinal)?.x !== x || now.get(ordinal)?.y !== y).length;
    return { by, hash: hashOf(JSON.stringify(places)), moved, groups, places };
  }

  apply(by: ChartBy, hash: string): ChartView {
    const next = this.preview(by);
    if (next.hash !== hash)
      throw refusal("changed", "The swarm has changed since this preview; look at a new preview.");
    this.#before = { chart: this.chart, groups: this.host.groups, places: this.#places() };
    const number = this.chart.number + 1;
    this.#show({
      chart: { number, by, madeBy: "local", since: new Date().toISOString(), canUndo: true },
      groups: next.groups,
      places: next.places,
    });
    this.tell("apply_chart", by);
    return this.chart;
  }

  undo(): ChartView {
    if (this.#before === null) throw refusal("nothing_to_undo", "There is no earlier chart to go back to.");
    const before = this.#before;
    this.#before = null;
    this.#show({ ...before, chart: { ...before.chart, canUndo: false } });
    this.tell("undo_chart", null);
    return this.chart;
  }

  #show(sky: Sky): void {
    this.chart = sky.chart;
    this.host.groups = sky.groups;
    const places = new Map(sky.places.map((place) => [place[0], place]));
    for (const node of this.host.known()) {
      const [, group, x, y] = places.get(node.ordinal) ?? [0, node.group, node.x, node.y];
      Object.assign(node, { group, x, y });
    }
    this.host.emit({ kind: "chart", chart: sky.chart, groups: sky.groups, places: sky.places });
  }

  #places(): PlaceRow[] {
    return this.host.known().map(({ ordinal, group, x, y }) => [ordinal, group, x, y]);
  }

  #plan(by: ChartBy): { groups: GroupView[]; places: PlaceRow[] } {
    const nodes = this.host.known();
    const keyOf = this.#keys(by);
    const members = new Map<string, NodeView[]>();
    for (const node of nodes) {
      const key = keyOf(node);
      const list = members.get(key);
      if (list) list.push(node);
      else members.set(key, [node]);
    }
    const home = members.get("") ?? [];
    members.delete("");
    if (home.length > MOST_AT_HOME && members.size > 0) members.set("others", home.splice(0));
    const named = [...members].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
    const discs = placeDiscs(named.map(([, list]) => list.length));
    const groups: GroupView[] = [{ index: 0, key: "", label: "Home", discs: [] }];
    const places: PlaceRow[] = home.map((node, i) => [node.ordinal, 0, homeSlot(i).x, homeSlot(i).y]);
    for (const [g, [key, list]] of named.entries()) {
      const disc = discs[g] as (typeof discs)[number];
      groups.push({ index: g + 1, key, label: labelOf(by, key), discs: [{ x: disc.x, y: disc.y, r: disc.r }] });
      for (const [i, node] of list.entries()) {
        const at = slot(i, disc.phase);
        places.push([node.ordinal, g + 1, disc.x + at.x, disc.y + at.y]);
      }
    }
    return { groups, places: places.sort((a, b) => a[0] - b[0]) };
  }

  #keys(by: ChartBy): (node: NodeView) => string {
    if (by.dimension === "group") {
      const first = new Map<NodeView, string>();
      const swarm = { nodes: this.host.known(), groups: this.host.groups, saved: this.host.saved };
      for (const group of [...this.host.saved].sort((a, b) => a.name.localeCompare(b.name)))
        for (const node of matching(group.target, swarm)) if (!first.has(node)) first.set(node, group.name);
      return (node) => first.get(node) ?? "";
    }
    const key = by.dimension === "tag" ? (by.key ?? "") : by.dimension;
    return (node) => {
      const tag = node.tags.find((one) => one.startsWith(`${key}:`) || one.startsWith(`${key}=`));
      const value = tag?.slice(key.length + 1) ?? (node.tags.includes(key) ? key : "");
      return by.dimension === "role" ? (ROLE_WORDS[value] ?? value) : value;
    };
  }
}

function labelOf(by: ChartBy, key: string): string {
  if (by.dimension === "site" && SITES[key] !== undefined) return SITES[key];
  if (by.dimension === "tag" && /^\d+$/.test(key)) return labelOf(by, `${by.key} ${key}`);
  return key
    .split(/[-_ ]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(" ");
}

export function chartsOf(charts: SimulatedCharts): Pick<Bridge, "chart" | "previewChart" | "applyChart" | "undoChart"> {
  return {
    chart: async () => structuredClone(charts.chart),
    previewChart: async (by) => structuredClone(charts.preview(by)),
    applyChart: async (by, hash) => structuredClone(charts.apply(by, hash)),
    undoChart: async () => structuredClone(charts.undo()),
  };
}
