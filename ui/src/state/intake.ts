/**
 * Sorts a feed batch into the stores, one write per store and batch. Unknown kinds are ignored, so that a newer
 * host may say more than this console understands; one broken event does not spoil the rest of its batch.
 * Not here: order and resubscription (link.ts), judging values (the stores).
 */
import type { FeedBatch, FeedEvent } from "../bridge/types";
import { t } from "../i18n";
import type { Console } from "./console";

export function takeBatch(console: Console, batch: FeedBatch): void {
  for (const event of batch.events) {
    try {
      takeEvent(console, event);
    } catch {
      console.link.setState({ problem: t("The host sent an event that makes no sense; it was left out.") });
    }
  }
  console.fleet.commit();
  console.executions.commit();
}

function takeEvent(console: Console, event: FeedEvent): void {
  switch (event.kind) {
    case "snapshot":
      console.link.setState({ nexus: event.nexus, problem: null });
      if (event.chart) console.charts.getState().take(event.chart);
      console.fleet.applySnapshot(event.nodes, event.groups);
      console.executions.applySnapshot(event.executions);
      console.trust.getState().replace(event.waiting, event.codes);
      console.approvals.getState().replace(event.approvals);
      console.jobs.getState().replace(event.jobs, event.stop);
      console.alerts.getState().replace(event.alerts);
      return;
    case "node":
      console.fleet.applyNode(event.change, event.node);
      return;
    case "groups":
      console.fleet.applyGroups(event.groups);
      return;
    case "chart":
      // The places first: whoever stops to look at a preview must find them.
      console.fleet.applyChart(event.groups, event.places);
      console.charts.getState().take(event.chart);
      return;
    case "vitals":
      console.fleet.applyVitals(event.rows);
      return;
    case "execution":
      console.executions.apply(event.execution);
      return;
    case "output":
      console.executions.appendOutput(event.chunks);
      return;
    case "waiting":
      console.trust.getState().takeWaiting(event.waiting);
      return;
    case "code":
      console.trust.getState().takeCode(event.code);
      return;
    case "approval":
      console.approvals.getState().take(event.approval);
      return;
    case "job":
      console.jobs.getState().take(event.job);
      return;
    case "stop":
      console.jobs.getState().takeStop(event.stop);
      return;
    case "schedule":
      console.plans.getState().takeSchedule(event.id, event.schedule);
      return;
    case "run":
      console.plans.getState().takeRun(event.run);
      return;
    case "alerts":
      console.alerts.getState().replace(event.board);
      return;
    case "gap":
      console.link.setState({
        problem: t("Some events were left out ({{reason}}); a fresh picture follows.", {
          reason: String(event.reason),
        }),
      });
      return;
    default:
  }
}
