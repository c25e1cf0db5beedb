/**
 * The chart of the map: which one everybody has, the one that is being looked at, and the one that was just made here
 * and may be taken back.
 * Not here: where stars stand (fleet.ts), what is drawn.
 */
import { createStore } from "zustand/vanilla";
import type { Bridge, ChartBy, ChartPreview, ChartView } from "../bridge/types";
import { t } from "../i18n";
import { problemCode, problemText } from "./problem";
import { plain } from "./text";

export type ChartsState = {
  /** Null until the host has told it. */
  chart: ChartView | null;
  preview: ChartPreview | null;
  /** The host is asked for a preview, or to make or take back a chart. */
  busy: boolean;
  problem: { code: string; text: string } | null;
  /** Made from this window just now: the offer to take it back stands on the map. */
  made: ChartView | null;
  /** The number of the chart that was made of the preview, until the feed tells it. */
  awaited: number | null;
  take(chart: ChartView): void;
  look(by: ChartBy): Promise<void>;
  cancel(): void;
  apply(): Promise<void>;
  undo(): Promise<void>;
  dismiss(): void;
};

export type ChartsStore = ReturnType<typeof createCharts>;

export function createCharts(bridge: Bridge) {
  return createStore<ChartsState>((set, get) => {
    /** One thing at a time; what was asked for before is not answered any more. */
    const asking = async (ask: () => Promise<Partial<ChartsState>>) => {
      if (get().busy) return;
      set({ busy: true, problem: null });
      try {
        set({ ...(await ask()), busy: false });
      } catch (reason) {
        set({ busy: false, problem: { code: problemCode(reason), text: problemText(reason) } });
      }
    };
    const seen = async (by: ChartBy) => ({
      preview: cleanPreview(await bridge.previewChart(by)),
      awaited: null,
      made: null,
    });
    return {
      chart: null,
      preview: null,
      busy: false,
      problem: null,
      made: null,
      awaited: null,
      take: (raw) => {
        const chart = cleanChart(raw);
        const { made, preview, awaited } = get();
        // What was looked at is made, here or elsewhere: the map shows it already.
        const arrived = preview !== null && awaited !== null && awaited <= chart.number;
        set({
          chart,
          made: made !== null && same(made, chart) ? chart : null,
          ...(arrived ? { preview: null, awaited: null } : {}),
        });
      },
      look: (by) => asking(() => seen(by)),
      cancel: () => set({ preview: null, awaited: null, problem: null }),
      apply: async () => {
        const { preview } = get();
        if (preview === null || get().awaited !== null) return;
        await asking(async () => {
          const chart = cleanChart(await bridge.applyChart(preview.by, preview.hash));
          // The map goes on showing the preview until the feed has told everybody's new place.
          const there = (get().chart?.number ?? 0) >= chart.number;
          return { made: chart, ...(there ? { preview: null } : { awaited: chart.number }) };
        });
        // The picture would have been another one: show that, and say so.
        const { problem } = get();
        if (problem?.code !== "changed") return;
        await asking(() => seen(preview.by));
        if (get().problem === null) set({ problem });
      },
      undo: () => asking(async () => ({ chart: cleanChart(await bridge.undoChart()), preview: null, made: null })),
      dismiss: () => set({ made: null, problem: null }),
    };
  });
}

const same = (a: ChartView, b: ChartView): boolean => a.number === b.number && a.since === b.since;

const DIMENSIONS = ["site", "role", "tag", "group"];

function cleanBy(by: ChartBy | null | undefined): ChartBy {
  const dimension = by && DIMENSIONS.includes(by.dimension) ? by.dimension : "site";
  return { dimension, key: dimension === "tag" ? plain(by?.key ?? "", 64) : null };
}

function cleanChart(chart: ChartView): ChartView {
  return { ...chart, by: cleanBy(chart.by), madeBy: plain(chart.madeBy ?? "", 120), canUndo: chart.canUndo === true };
}

function cleanPreview(preview: ChartPreview): ChartPreview {
  return {
    ...preview,
    by: cleanBy(preview.by),
    groups: (preview.groups ?? []).map((group) => ({ ...group, label: plain(group.label, 80) || t("Unnamed") })),
    places: preview.places ?? [],
  };
}
