/** A node's history in words. Not here: curves (historyPlot.ts). */
import type { NodeHistoryView } from "../../bridge/types";
import { percent, seconds } from "../../components/format";
import { t } from "../../i18n";

/** One sample. */
export function tellSample(view: NodeHistoryView, index: number): string {
  const state = view.states[index];
  if (state === 0 || state === undefined) return t("not there");
  if (state === 4) return t("offline");
  return t("CPU {{cpu}} · memory {{memory}} · tasks {{tasks}}", {
    cpu: percent(view.cpu[index] ?? 0),
    memory: percent(view.memory[index] ?? 0),
    tasks: view.tasks[index] ?? 0,
  });
}

/** All of a range in one sentence: how much, and how long it was away. */
export function tellHistory(view: NodeHistoryView, fromMs: number, toMs: number): string {
  const there = view.atMs.flatMap((at, i) => (at >= fromMs && view.states[i] !== 4 && view.states[i] !== 0 ? [i] : []));
  const span = (values: readonly number[]) => {
    const own = there.map((i) => values[i] ?? 0);
    return { least: percent(Math.min(...own)), most: percent(Math.max(...own)) };
  };
  const away = view.spans.filter((one) => one.state === "offline" && one.toMs > fromMs && one.fromMs < toMs);
  const milliseconds = away.reduce((sum, one) => sum + Math.min(toMs, one.toMs) - Math.max(fromMs, one.fromMs), 0);
  const parts = [
    there.length === 0 ? t("Nothing was measured.") : t("CPU {{least}} to {{most}}.", span(view.cpu)),
    there.length === 0 ? "" : t("Memory {{least}} to {{most}}.", span(view.memory)),
    away.length === 0
      ? t("Never offline.")
      : t("Offline {{count}} times, {{time}} in all.", { count: away.length, time: seconds(milliseconds) }),
  ];
  return parts.filter(Boolean).join(" ");
}
