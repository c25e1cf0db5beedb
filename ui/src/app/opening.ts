/**
 * With the simulated host, the URL may say what is open from the start, so that tests and pictures are repeatable:
 * ?open=<name>&tab=…&view=table|jobs|settings&select=<site>&palette=<text>. Waits for the first snapshot.
 */
import type { Console } from "../state/console";
import type { Tab } from "../state/ui";

export function applyOpening(console: Console, search: string): void {
  const url = new URLSearchParams(search);
  const stop = console.fleet.subscribe(() => {
    stop();
    apply(console, url);
  });
}

function apply({ fleet, ui }: Console, url: URLSearchParams): void {
  const state = ui.getState();
  const view = url.get("view");
  if (view === "table") state.go("nodes");
  if (view === "jobs" || view === "settings") state.go(view);
  const open = url.get("open");
  const ordinal = open === null ? undefined : [...fleet.ordinals()].find((o) => fleet.node(o)?.name === open);
  const tab = url.get("tab");
  if (ordinal !== undefined)
    state.openNode(ordinal, tab === "overview" || tab === "executions" || tab === "execute" ? (tab as Tab) : "execute");
  const select = url.get("select");
  if (select !== null) state.select([...fleet.ordinals()].filter((o) => fleet.groupLabel(o) === select));
  const palette = url.get("palette");
  if (palette !== null) state.set({ palette: { open: true, query: palette } });
}
