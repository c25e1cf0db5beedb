/**
 * Which stars carry the diamond: nodes whose last part in a job failed or is unknown, until somebody opened that job,
 * the node did better, or an hour went by.
 * Not here: how it is drawn; the fleet keeps the mark as a status.
 */
import type { Console } from "./console";
import { isLive } from "./executions";
import { outcomeOf } from "./jobs";
import type { UiState } from "./ui";

const LASTS_MS = 3_600_000;
const LOOK_MS = 60_000;

/** Begins to watch; the returned function stops it. */
export function keepMarks({ executions, fleet, ui }: Console): () => void {
  const marked = new Map<number, { job: string; at: number }>();
  const seen = new Set<string>();
  const clear = (fits: (job: string, at: number) => boolean) => {
    for (const [ordinal, { job, at }] of marked) {
      if (!fits(job, at)) continue;
      marked.delete(ordinal);
      fleet.setCritical(ordinal, false);
    }
    fleet.commit();
  };
  const stopExecutions = executions.subscribe((delta) => {
    for (const id of delta.changed) {
      const view = executions.get(id)?.view;
      if (!view || view.jobId === null) continue;
      if (isLive(view.state)) {
        seen.add(id);
        continue;
      }
      // What was over before this window looked is history, not news.
      if (!seen.delete(id)) continue;
      const outcome = outcomeOf(view.state);
      const bad = outcome === "failed" || outcome === "unknown";
      if (bad && opened(ui.getState()) !== view.jobId) marked.set(view.ordinal, { job: view.jobId, at: Date.now() });
      else marked.delete(view.ordinal);
      fleet.setCritical(view.ordinal, marked.has(view.ordinal));
    }
    fleet.commit();
  });
  const stopUi = ui.subscribe((now, before) => {
    const job = opened(now);
    if (job !== null && job !== opened(before)) clear((which) => which === job);
  });
  const stopFleet = fleet.subscribe((delta) => {
    if (!delta.remapped) return;
    // Ordinals were given anew; who has which mark is not worth a guess.
    marked.clear();
  });
  const timer = setInterval(() => clear((_, at) => Date.now() - at > LASTS_MS), LOOK_MS);
  return () => {
    stopExecutions();
    stopUi();
    stopFleet();
    clearInterval(timer);
  };
}

/** The job whose page is open; the short form beside the map does not say why something failed. */
function opened({ page, jobsTab, job }: UiState): string | null {
  return page === "jobs" && jobsTab === "jobs" ? job : null;
}
