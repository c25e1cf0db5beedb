/**
 * One console: the stores of one window, wired to one bridge. Made once at start, and once per test.
 * Not here: React (hooks.ts), what the operator can ask for (commands.ts).
 */
import type { Bridge } from "../bridge/types";
import { type ApprovalsStore, createApprovals, isPending } from "./approvals";
import { Executions, isLive } from "./executions";
import { Fleet } from "./fleet";
import { takeBatch } from "./intake";
import { createJobs, isOver, type JobStore, titleOf } from "./jobs";
import { createLinkStore, keepSubscribed, type LinkStore } from "./link";
import { keepMarks } from "./marks";
import { createNews, type News } from "./news";
import { createPlans, type PlanStore } from "./plans";
import { createSettings, type SettingsStore } from "./settings";
import { createTrust, type TrustStore } from "./trust";
import { createUi, type UiState, type UiStore } from "./ui";

export type Console = {
  bridge: Bridge;
  fleet: Fleet;
  executions: Executions;
  jobs: JobStore;
  plans: PlanStore;
  ui: UiStore;
  link: LinkStore;
  news: News;
  settings: SettingsStore;
  trust: TrustStore;
  approvals: ApprovalsStore;
};

export function createConsole(bridge: Bridge, initial: Partial<UiState> = {}): Console {
  return {
    bridge,
    fleet: new Fleet(),
    executions: new Executions(),
    jobs: createJobs(),
    plans: createPlans(bridge),
    ui: createUi(initial),
    link: createLinkStore(),
    news: createNews(),
    settings: createSettings(bridge),
    trust: createTrust(),
    approvals: createApprovals(),
  };
}

/** Begins to listen to the host; the returned function stops it. */
export function startConsole(console: Console): () => void {
  const stopNews = tellNews(console);
  const stopMarks = keepMarks(console);
  const stopRemap = console.fleet.subscribe((delta) => {
    if (delta.remapped) console.ui.getState().remap(delta.remapped);
  });
  void console.settings
    .getState()
    .load()
    .then(() => {
      const { settings, problem } = console.settings.getState();
      for (const notice of settings?.notices ?? []) console.news.toast(notice, "problem");
      if (problem) console.news.toast(`The settings cannot be read: ${problem}`, "problem");
    });
  const stopFeed = keepSubscribed(console.bridge, console.link, (batch) => takeBatch(console, batch));
  return () => {
    stopFeed();
    stopRemap();
    stopMarks();
    stopNews();
  };
}

/** Comings, goings and ends become news; what was there before the first snapshot does not. */
function tellNews(console: Console): () => void {
  const { fleet, executions, news, trust, approvals } = console;
  const live = new Set<string>();
  const stopJobs = tellJobs(console);
  const stopFleet = fleet.subscribe((delta) => {
    for (const kind of ["connected", "disconnected"] as const) {
      const ordinals = delta[kind];
      for (const ordinal of ordinals) news.note(kind, fleet.node(ordinal)?.name ?? "", fleet.groupLabel(ordinal));
      const first = ordinals[0];
      if (first === undefined) continue;
      news.speak(
        ordinals.length === 1 ? `${fleet.node(first)?.name ?? "A node"} ${kind}` : `${ordinals.length} nodes ${kind}`,
      );
    }
  });
  const stopExecutions = executions.subscribe((delta) => {
    for (const id of delta.changed) {
      const view = executions.get(id)?.view;
      if (!view) continue;
      // A job speaks for all of its parts.
      if (view.jobId !== null) continue;
      if (isLive(view.state)) live.add(id);
      else if (live.delete(id))
        news.speak(`${view.skill} ${view.method} on ${view.nodeName}: ${view.state.replace("_", " ")}`);
    }
  });
  let seats: ReadonlySet<string> | null = null;
  const stopTrust = trust.subscribe(({ waiting }) => {
    const before = seats;
    seats = new Set(waiting.map(({ id }) => id));
    for (const { id, name } of waiting) if (before && !before.has(id)) news.speak(`${name} wants to join`);
  });
  const stopApprovals = approvals.subscribe((now, before) => {
    for (const approval of now.approvals) {
      const was = before.approvals.find(({ id }) => id === approval.id)?.state;
      if (was === approval.state) continue;
      const what = `${approval.skill} ${approval.method}`;
      if (was === undefined && isPending(approval)) news.speak(`${approval.askedBy} asks for a second yes: ${what}`);
      else if (was === "pending" && approval.own) news.speak(`${what} was ${approval.state}`);
    }
  });
  return () => {
    stopJobs();
    stopFleet();
    stopApprovals();
    stopTrust();
    stopExecutions();
  };
}

function tellJobs({ jobs, news }: Console): () => void {
  return jobs.subscribe((now, before) => {
    if (now.stop?.held && !before.stop?.held)
      news.speak(`Everything was stopped by ${now.stop.by === "local" ? "you" : now.stop.by}`);
    else if (before.stop?.held && now.stop && !now.stop.held) news.speak("The stop was released");
    if (now.jobs === before.jobs) return;
    const states = new Map(before.jobs.map(({ id, state }) => [id, state]));
    for (const job of now.jobs) {
      const was = states.get(job.id);
      if (was === undefined || was === job.state) continue;
      if (isOver(job) || job.state === "paused")
        news.speak(`${titleOf(job)}: ${job.state}${job.reason === null ? "" : `. ${job.reason}`}`);
    }
  });
}
