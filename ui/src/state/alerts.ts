/**
 * What fires, by likely cause, as the feed tells it; whole each time, so that nothing stale stays.
 * Not here: asking for single alerts and rules (features/alerts), what is done about them (alertCommands.ts).
 */
import { createStore } from "zustand/vanilla";
import type { AlertBoardView, CauseView } from "../bridge/types";
import { plain } from "./text";

export type AlertsState = { board: AlertBoardView; replace(board: AlertBoardView | null | undefined): void };

const QUIET: AlertBoardView = {
  causes: [],
  more: 0,
  counts: { firing: 0, critical: 0, warning: 0, info: 0, muted: 0, acknowledged: 0 },
  quietSince: null,
};

export type AlertStore = ReturnType<typeof createAlerts>;
export function createAlerts() {
  return createStore<AlertsState>((set) => ({
    board: QUIET,
    replace: (board) => set({ board: board ? { ...QUIET, ...board, causes: (board.causes ?? []).map(clean) } : QUIET }),
  }));
}

/** What somebody should look at: neither muted nor seen. */
export function isOpen({ mutedUntil, acknowledged }: CauseView): boolean {
  return mutedUntil === null && !acknowledged;
}

/** What stands at the bell: causes, because a site without power is one thing to look at. */
export function openCauses({ causes }: AlertBoardView): number {
  return causes.filter((cause) => isOpen(cause) && cause.severity !== "info").length;
}

function clean(cause: CauseView): CauseView {
  return {
    ...cause,
    rule: plain(cause.rule, 120),
    place: plain(cause.place, 200),
    sites: (cause.sites ?? []).map((site) => plain(site, 80)),
    detail: cause.detail === null ? null : plain(cause.detail, 300),
    likely: { ...cause.likely, what: plain(cause.likely.what, 120) },
    owner: cause.owner === null ? null : plain(cause.owner, 120),
    ordinals: (cause.ordinals ?? []).filter((ordinal) => Number.isInteger(ordinal) && ordinal >= 0),
    subject: cause.subject === null ? null : { ...cause.subject, name: plain(cause.subject.name, 120) },
  };
}
