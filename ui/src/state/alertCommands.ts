/**
 * What the operator does about alerts. What does not work is told as a toast, or by the form that asked. The feed tells
 * what came of it. Not here: reading alerts and rules (features/alerts).
 */
import type { AlertAim, CauseView } from "../bridge/types";
import { t } from "../i18n";
import type { Console } from "./console";
import { problemText } from "./problem";

export const ofCause = (cause: string): AlertAim => ({ alert: null, cause, rule: null });
export const ofAlert = (alert: string): AlertAim => ({ alert, cause: null, rule: null });
export const ofRule = (rule: string): AlertAim => ({ alert: null, cause: null, rule });

/** Null is whoever sits here; "" is nobody. */
export function own(console: Console, aim: AlertAim, owner: string | null): Promise<boolean> {
  return told(console, console.bridge.ownAlert(aim, owner));
}

export function acknowledge(console: Console, aim: AlertAim): Promise<boolean> {
  return told(console, console.bridge.acknowledgeAlert(aim));
}

/** Null: it is heard of again. */
export function mute(console: Console, aim: AlertAim, until: Date | null, reason = ""): Promise<boolean> {
  return told(console, console.bridge.muteAlert(aim, until === null ? null : until.toISOString(), reason));
}

export function note(console: Console, aim: AlertAim, text: string): Promise<boolean> {
  return told(console, console.bridge.noteAlert(aim, text));
}

/** Shows the stars of a cause on the map, alone. */
export function showOnMap({ ui, fleet }: Console, { ordinals }: CauseView): void {
  const state = ui.getState();
  state.closePanel();
  state.go("map");
  state.set({ lit: new Set(ordinals) });
  const [only] = ordinals;
  if (ordinals.length === 1 && only !== undefined) {
    state.fly("star", only);
    return;
  }
  const groups = new Set(ordinals.map((ordinal) => fleet.group[ordinal]));
  const [group] = groups;
  if (groups.size === 1 && group !== undefined && group > 0) state.fly("group", group);
}

/** Chooses the nodes of a cause, so that something can be run on them. */
export function choose({ ui }: Console, { ordinals }: CauseView): void {
  const state = ui.getState();
  const [only] = ordinals;
  state.set({ lit: null });
  if (ordinals.length === 1 && only !== undefined) {
    state.openNode(only, "overview");
    state.fly("star", only);
    return;
  }
  if (state.page !== "map" && state.page !== "nodes") state.go("map");
  state.select(ordinals);
}

async function told(console: Console, asked: Promise<void>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (reason) {
    console.news.toast(t("That did not work: {{problem}}", { problem: problemText(reason) }), "problem");
    return false;
  }
}
