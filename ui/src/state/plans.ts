/**
 * Schedules, runbooks and their runs, read when somebody looks and kept fresh by the feed from then on.
 * Not here: the jobs that come of them (jobs.ts), forms (features).
 */
import { createStore } from "zustand/vanilla";
import type { Bridge, RunbookView, RunView, ScheduleView } from "../bridge/types";
import { problemText } from "./problem";
import { plain } from "./text";

const MAX_RUNS = 200;

export type PlansState = {
  schedules: readonly ScheduleView[] | null;
  runbooks: readonly RunbookView[] | null;
  /** Newest first. */
  runs: readonly RunView[];
  problem: string | null;
  readSchedules(): Promise<void>;
  readRunbooks(): Promise<void>;
  takeSchedule(id: string, schedule: ScheduleView | null): void;
  takeRun(run: RunView): void;
};

export type PlanStore = ReturnType<typeof createPlans>;
export function createPlans(bridge: Bridge) {
  return createStore<PlansState>((set) => ({
    schedules: null,
    runbooks: null,
    runs: [],
    problem: null,
    readSchedules: async () => {
      try {
        set({ schedules: (await bridge.schedules()).map(cleanSchedule).sort(byName), problem: null });
      } catch (reason) {
        set({ problem: problemText(reason) });
      }
    },
    readRunbooks: async () => {
      try {
        const [runbooks, runs] = await Promise.all([bridge.runbooks(), bridge.runs()]);
        set({ runbooks: runbooks.map(cleanRunbook).sort(byName), runs: runs.map(cleanRun), problem: null });
      } catch (reason) {
        set({ problem: problemText(reason) });
      }
    },
    takeSchedule: (id, schedule) =>
      set(({ schedules }) => {
        // Before somebody looked there is nothing to keep fresh.
        if (schedules === null) return {};
        const others = schedules.filter((one) => one.id !== id);
        return { schedules: schedule === null ? others : [...others, cleanSchedule(schedule)].sort(byName) };
      }),
    takeRun: (raw) =>
      set(({ runs }) => {
        const run = cleanRun(raw);
        const at = runs.findIndex(({ id }) => id === run.id);
        return { runs: at < 0 ? [run, ...runs].slice(0, MAX_RUNS) : runs.with(at, run) };
      }),
  }));
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name);
}

function cleanSchedule(schedule: ScheduleView): ScheduleView {
  const { last } = schedule;
  return {
    ...schedule,
    name: plain(schedule.name, 120),
    when: plain(schedule.when, 200),
    cron: plain(schedule.cron, 100),
    timeZone: plain(schedule.timeZone, 60),
    owner: { ...schedule.owner, name: plain(schedule.owner?.name ?? "", 120) },
    next: (schedule.next ?? []).slice(0, 5),
    last: last ? { ...last, why: last.why === null ? null : plain(last.why, 300) } : null,
  };
}

function cleanRunbook(runbook: RunbookView): RunbookView {
  return {
    ...runbook,
    name: plain(runbook.name, 80),
    title: plain(runbook.title, 200),
    target: plain(runbook.target, 500),
    steps: (runbook.steps ?? []).map((step) => plain(step, 80)),
    changedBy: plain(runbook.changedBy, 120),
  };
}

function cleanRun(run: RunView): RunView {
  return {
    ...run,
    runbook: plain(run.runbook, 80),
    asker: plain(run.asker, 120),
    reason: run.reason === null ? null : plain(run.reason, 300),
    steps: (run.steps ?? []).map((step) => ({ ...step, name: plain(step.name, 80) })),
  };
}
