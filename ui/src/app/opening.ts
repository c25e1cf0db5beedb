/**
 * With the simulated host, the URL may say what is open from the start, so that tests and pictures are repeatable:
 * ?open=<name>&tab=…&view=table|jobs|alerts|skills|joining|approvals|audit|settings&select=<site>&palette=<text>&adding
 * &job=<label>&plan=schedules|runbooks&target=<expression>&stopping&back=<minutes ago>. Waits for the first snapshot.
 */
import type { Console } from "../state/console";
import type { Page, Tab } from "../state/ui";

const PAGES: readonly Page[] = ["jobs", "alerts", "skills", "joining", "approvals", "audit", "settings"];
const TABS: readonly Tab[] = ["overview", "execute", "executions", "logs", "trust"];

export function applyOpening(console: Console, search: string): void {
  const url = new URLSearchParams(search);
  const stop = console.fleet.subscribe(() => {
    stop();
    // The rest of the snapshot is taken in right after the fleet.
    queueMicrotask(() => apply(console, url));
  });
}

function apply(console: Console, url: URLSearchParams): void {
  const { fleet, ui } = console;
  const state = ui.getState();
  openJobs(console, url);
  const view = url.get("view");
  if (view === "table") state.go("nodes");
  const page = PAGES.find((name) => name === view);
  if (page) state.go(page);
  if (url.has("adding")) state.set({ adding: true });
  const open = url.get("open");
  const ordinal = open === null ? undefined : [...fleet.ordinals()].find((o) => fleet.node(o)?.name === open);
  const tab = url.get("tab");
  if (ordinal !== undefined) state.openNode(ordinal, TABS.find((name) => name === tab) ?? "execute");
  const select = url.get("select");
  if (select !== null) state.select([...fleet.ordinals()].filter((o) => fleet.groupLabel(o) === select));
  const back = Number(url.get("back") ?? Number.NaN);
  if (Number.isFinite(back)) console.replay.getState().seek(Date.now() - back * 60_000);
  const palette = url.get("palette");
  if (palette !== null) state.set({ palette: { open: true, query: palette } });
}

function openJobs({ jobs, ui }: Console, url: URLSearchParams): void {
  const state = ui.getState();
  const label = url.get("job");
  const job = label === null ? undefined : jobs.getState().jobs.find((one) => one.label === label);
  if (job) {
    state.go("jobs");
    state.showJob(job.id);
  }
  const plan = url.get("plan");
  if (plan === "schedules" || plan === "runbooks") {
    state.go("jobs");
    state.set({ jobsTab: plan });
  }
  if (url.has("stopping")) state.set({ stopping: true });
}
