/**
 * What deserves a message of the system's own: a new alert that somebody should look at, the end of a job of one's own,
 * a second yes that is asked for, STOP. At most one in ten seconds; what comes meanwhile is told together.
 * The decision is pure; `keepNotifying` joins it with the stores. Not here: showing it (the bridge's `notify`).
 */
import { t } from "../i18n";
import { isOpen } from "./alerts";
import { titleOf, whereOf } from "./alertWords";
import { isPending } from "./approvals";
import type { Console } from "./console";
import { isOver, titleOf as jobTitle } from "./jobs";
import { isYou, personWord, viewerOf } from "./viewer";

export type Notice = {
  kind: "alert" | "job" | "approval" | "stop";
  /** The more urgent one names what is told together. */
  urgency: 0 | 1 | 2 | 3;
  title: string;
  body: string;
  /** Where a click on it leads, as a path (app/paths). */
  place: string;
};

export const EVERY_MS = 10_000;

/** What is shown now, of what waits; null: nothing yet, and when to ask again. */
export function decide(
  waiting: readonly Notice[],
  lastAt: number | null,
  now: number,
): { show: Notice | null; again: number | null } {
  if (waiting.length === 0) return { show: null, again: null };
  const free = lastAt === null ? now : lastAt + EVERY_MS;
  if (now < free) return { show: null, again: free - now };
  const [worst] = [...waiting].sort((a, b) => b.urgency - a.urgency);
  if (!worst || waiting.length === 1) return { show: worst ?? null, again: null };
  const others = waiting.length - 1;
  const body = [worst.body, t("and {{count}} more things", { count: others })]
    .filter((part) => part !== "")
    .join(" · ");
  return { show: { ...worst, body }, again: null };
}

/** Begins to watch; the returned function stops it. Nothing is told of what was there before. */
export function keepNotifying(console: Console): () => void {
  let waiting: Notice[] = [];
  let lastAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    const { show, again } = decide(waiting, lastAt, Date.now());
    if (again !== null) timer = setTimeout(look, again);
    if (show === null) return;
    waiting = [];
    lastAt = Date.now();
    // Where there is none, nothing is lost: the console shows it all.
    console.bridge.notify(show.title, show.body, show.place).catch(() => undefined);
  };
  const push = (notice: Notice) => {
    waiting.push(notice);
    // What comes with the same batch is told with it.
    timer ??= setTimeout(look, 200);
  };
  const stops = [watchAlerts(console, push), watchJobs(console, push), watchApprovals(console, push)];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
  };
}

type Push = (notice: Notice) => void;

function watchAlerts(console: Console, push: Push): () => void {
  let seen: ReadonlySet<string> | null = null;
  return console.alerts.subscribe(({ board }) => {
    const before = seen;
    seen = new Set(board.causes.map(({ key, severity }) => `${severity} ${key}`));
    for (const cause of board.causes) {
      if (before === null || before.has(`${cause.severity} ${cause.key}`)) continue;
      if (!isOpen(cause) || cause.severity === "info") continue;
      push({
        kind: "alert",
        urgency: cause.severity === "critical" ? 2 : 1,
        title: titleOf(cause, console.fleet),
        body: whereOf(cause, console.fleet),
        place: "alerts",
      });
    }
  });
}

function watchJobs({ jobs, link }: Console, push: Push): () => void {
  return jobs.subscribe((now, before) => {
    if (now.stop?.held && before.stop !== null && !before.stop.held)
      push({
        kind: "stop",
        urgency: 3,
        title: t("Everything was stopped"),
        body: t("by {{who}}", { who: personWord(viewerOf(link), now.stop.by) }),
        place: "map",
      });
    if (now.jobs === before.jobs) return;
    const states = new Map(before.jobs.map((job) => [job.id, job]));
    for (const job of now.jobs) {
      const was = states.get(job.id);
      if (!was || isOver(was) || !isOver(job) || !isYou(viewerOf(link), job.asker)) continue;
      push({
        kind: "job",
        urgency: job.state === "succeeded" ? 0 : 1,
        title:
          job.state === "succeeded"
            ? t("{{name}} is done", { name: jobTitle(job) })
            : t("{{name}} did not succeed", { name: jobTitle(job) }),
        body: job.reason ?? "",
        place: `job/${job.id}`,
      });
    }
  });
}

function watchApprovals({ approvals }: Console, push: Push): () => void {
  return approvals.subscribe((now, before) => {
    const known = new Set(before.approvals.map(({ id }) => id));
    for (const approval of now.approvals) {
      if (known.has(approval.id) || approval.own || !isPending(approval)) continue;
      push({
        kind: "approval",
        urgency: 2,
        title: t("{{who}} asks for a second yes", { who: approval.askedBy }),
        body: approval.summary || `${approval.skill}.${approval.method}`,
        place: "approvals",
      });
    }
  });
}
