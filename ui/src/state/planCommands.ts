/**
 * What the operator can ask for about schedules and runbooks where there is no form to tell a refusal in: it becomes
 * a toast. Not here: writing them down (features/schedules, features/runbooks tell refusals in their forms).
 */

import { t } from "../i18n";
import type { Console } from "./console";
import { problemText } from "./problem";

async function asked(console: Console, failed: string, ask: Promise<unknown>): Promise<boolean> {
  try {
    await ask;
    return true;
  } catch (reason) {
    console.news.toast(`${failed}: ${problemText(reason)}`, "problem");
    return false;
  }
}

export async function pauseSchedule(console: Console, id: string, paused: boolean): Promise<void> {
  await asked(
    console,
    paused ? t("The schedule was not paused") : t("The schedule was not resumed"),
    console.bridge.pauseSchedule(id, paused),
  );
}

export async function runScheduleNow(console: Console, id: string): Promise<void> {
  await asked(console, t("The schedule was not run"), console.bridge.runScheduleNow(id));
}

export async function removeSchedule(console: Console, id: string): Promise<void> {
  await asked(console, t("The schedule was not removed"), console.bridge.removeSchedule(id));
}

export async function removeRunbook(console: Console, name: string): Promise<void> {
  if (await asked(console, t("The runbook was not removed"), console.bridge.removeRunbook(name)))
    await console.plans.getState().readRunbooks();
}

export async function cancelRun(console: Console, id: string): Promise<void> {
  await asked(console, t("The run was not cancelled"), console.bridge.cancelRun(id));
}

export async function exportRunbook(console: Console, name: string): Promise<void> {
  try {
    console.news.toast(t("Written to {{file}}", { file: await console.bridge.saveExport({ kind: "runbook", name }) }));
  } catch (reason) {
    console.news.toast(t("The runbook was not exported: {{problem}}", { problem: problemText(reason) }), "problem");
  }
}
