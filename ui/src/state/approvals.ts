/**
 * Second yeses: those that somebody asked for, as the feed tells it, and what this window would run once it has one.
 * Not here: asking and answering (commands.ts, features/approvals).
 */
import { createStore } from "zustand/vanilla";
import type { ApprovalView, JobAnswer } from "../bridge/types";
import type { Call } from "./commands";
import { plain } from "./text";

/** What this window asked for; run as it was asked once it is approved. */
export type Ask = {
  approval: string;
  call: Call;
  /** Ids, because ordinals may be given to others meanwhile. */
  nodes: readonly string[];
  where: string;
  /** Asks once more with that yes, when it was for a job. */
  job: ((approval: string) => Promise<JobAnswer>) | null;
};

export type ApprovalsState = {
  /** Newest first. */
  approvals: readonly ApprovalView[];
  asks: readonly Ask[];
  replace(approvals: readonly ApprovalView[]): void;
  take(approval: ApprovalView): void;
  ask(ask: Ask): void;
  forget(approval: string): void;
};

export type ApprovalsStore = ReturnType<typeof createApprovals>;
export function createApprovals() {
  return createStore<ApprovalsState>((set) => ({
    approvals: [],
    asks: [],
    replace: (approvals) => set({ approvals: [...(approvals ?? [])].map(clean).sort(newestFirst) }),
    take: (raw) =>
      set(({ approvals }) => {
        const approval = clean(raw);
        return { approvals: [approval, ...approvals.filter(({ id }) => id !== approval.id)].sort(newestFirst) };
      }),
    ask: (ask) => set(({ asks }) => ({ asks: [ask, ...asks.filter(({ approval }) => approval !== ask.approval)] })),
    forget: (approval) => set(({ asks }) => ({ asks: asks.filter((ask) => ask.approval !== approval) })),
  }));
}

/** Whether it still waits for an answer at this moment. */
export function isPending(approval: ApprovalView, now = Date.now()): boolean {
  return approval.state === "pending" && now < Date.parse(approval.expiresAt);
}

function newestFirst(a: ApprovalView, b: ApprovalView): number {
  return Date.parse(b.askedAt) - Date.parse(a.askedAt);
}

function clean(approval: ApprovalView): ApprovalView {
  return {
    ...approval,
    askedBy: plain(approval.askedBy, 120),
    from: plain(approval.from, 80),
    skill: plain(approval.skill, 80),
    method: plain(approval.method, 80),
    summary: plain(approval.summary, 400),
    rules: (approval.rules ?? []).map((rule) => plain(rule, 128)),
    decidedBy: approval.decidedBy === null ? null : plain(approval.decidedBy, 120),
  };
}
