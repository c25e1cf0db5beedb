/**
 * One console: the stores of one window, wired to one bridge. Made once at start, and once per test.
 * Not here: React (hooks.ts), what the operator can ask for (commands.ts).
 */
import type { ApprovalView, Bridge } from "../bridge/types";
import { t } from "../i18n";
import { type AlertStore, createAlerts } from "./alerts";
import { type ApprovalsStore, createApprovals, isPending } from "./approvals";
import { type ChartsStore, createCharts } from "./charts";
import { Executions, isLive } from "./executions";
import { Fleet } from "./fleet";
import { takeBatch } from "./intake";
import { createJobs, isOver, type JobStore, titleOf } from "./jobs";
import { createLinkStore, keepSubscribed, type LinkStore } from "./link";
import { keepMarks } from "./marks";
import { createNews, type News } from "./news";
import { keepNotifying } from "./notifications";
import { createPlans, type PlanStore } from "./plans";
import { createReplay, leaveWith, type ReplayStore } from "./replay";
import { createSettings, type SettingsStore } from "./settings";
import { createTrust, type TrustStore } from "./trust";
import { createUi, type UiState, type UiStore } from "./ui";
import { isYou, personWord, viewerOf } from "./viewer";
import { stateWord } from "./words";

export type Console = {
  bridge: Bridge;
  fleet: Fleet;
  executions: Executions;
  jobs: JobStore;
  plans: PlanStore;
  charts: ChartsStore;
  ui: UiStore;
  link: LinkStore;
  news: News;
  settings: SettingsStore;
  trust: TrustStore;
  approvals: ApprovalsStore;
  replay: ReplayStore;
  alerts: AlertStore;
};

export function createConsole(bridge: Bridge, initial: Partial<UiState> = {}): Console {
  const fleet = new Fleet();
  return {
    bridge,
    fleet,
    executions: new Executions(),
    jobs: createJobs(),
    plans: createPlans(bridge),
    charts: createCharts(bridge),
    ui: createUi(initial),
    link: createLinkStore(),
    news: createNews(),
    settings: createSettings(bridge),
    trust: createTrust(),
    approvals: createApprovals(),
    replay: createReplay(bridge, fleet),
    alerts: createAlerts(),
  };
}

/** Begins to listen to the host; the returned function stops it. */
export function startConsole(console: Console): () => void {
  const stopNews = tellNews(console);
  const stopMarks = keepMarks(console);
  const stopNotices = keepNotifying(console);
  const stopRemap = console.fleet.subscribe((delta) => {
    if (!delta.remapped) return;
    console.ui.getState().remap(delta.remapped);
    console.replay.getState().forget();
  });
  const stopLeaving = leaveWith(console.ui, console.replay);
  void console.settings
    .getState()
    .load()
    .then(() => {
      const { settings, problem } = console.settings.getState();
      for (const notice of settings?.notices ?? []) console.news.toast(notice, "problem");
      if (problem) console.news.toast(t("The settings cannot be read: {{problem}}", { problem }), "problem");
    });
  const stopFeed = keepSubscribed(console.bridge, console.link, (batch) => takeBatch(console, batch));
  return () => {
    stopFeed();
    stopLeaving();
    console.replay.getState().hide();
    stopRemap();
    stopMarks();
    stopNotices();
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
      news.speak(cameOrWent(kind, ordinals.length, fleet.node(first)?.name ?? t("A node")));
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
        news.speak(
          t("{{call}} on {{name}}: {{state}}", {
            call: `${view.skill} ${view.method}`,
            name: view.nodeName,
            state: stateWord(view.state),
          }),
        );
    }
  });
  let seats: ReadonlySet<string> | null = null;
  const stopTrust = trust.subscribe(({ waiting }) => {
    const before = seats;
    seats = new Set(waiting.map(({ id }) => id));
    for (const { id, name } of waiting)
      if (before && !before.has(id)) news.speak(t("{{name}} wants to join", { name }));
  });
  const stopApprovals = approvals.subscribe((now, before) => {
    for (const approval of now.approvals) {
      const was = before.approvals.find(({ id }) => id === approval.id)?.state;
      if (was === approval.state) continue;
      const what = `${approval.skill} ${approval.method}`;
      if (was === undefined && isPending(approval))
        news.speak(t("{{name}} asks for a second yes: {{what}}", { name: approval.askedBy, what }));
      else if (was === "pending" && approval.own) news.speak(`${what}: ${answerWord(approval.state)}`);
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

function tellJobs({ jobs, link, news }: Console): () => void {
  return jobs.subscribe((now, before) => {
    if (now.stop?.held && !before.stop?.held)
      news.speak(
        isYou(viewerOf(link), now.stop.by)
          ? t("Everything was stopped by you")
          : t("Everything was stopped by {{name}}", { name: personWord(viewerOf(link), now.stop.by) }),
      );
    else if (before.stop?.held && now.stop && !now.stop.held) news.speak(t("The stop was released"));
    if (now.jobs === before.jobs) return;
    const states = new Map(before.jobs.map(({ id, state }) => [id, state]));
    for (const job of now.jobs) {
      const was = states.get(job.id);
      if (was === undefined || was === job.state) continue;
      if (isOver(job) || job.state === "paused")
        news.speak(`${titleOf(job)}: ${stateWord(job.state)}${job.reason === null ? "" : `. ${job.reason}`}`);
    }
  });
}

function cameOrWent(kind: "connected" | "disconnected", count: number, name: string): string {
  if (kind === "connected")
    return count === 1 ? t("{{name}} connected", { name }) : t("{{count}} nodes connected", { count });
  return count === 1 ? t("{{name}} disconnected", { name }) : t("{{count}} nodes disconnected", { count });
}

function answerWord(state: ApprovalView["state"]): string {
  switch (state) {
    case "pending":
      return t("waiting");
    case "approved":
      return t("approved");
    case "denied":
      return t("denied");
    case "used":
      return t("used");
    case "expired":
      return t("expired");
  }
}
