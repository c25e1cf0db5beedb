/**
 * Where links and menus of the system lead: `jobs`, `job/<id>`, `node/<id>`… They only ever show something.
 * Not here: which paths a link may have (the host judges those), windows of their own (OwnWindow).
 */
import { t } from "../i18n";
import type { Console } from "../state/console";
import type { Page } from "../state/ui";

const PAGES: readonly Page[] = [
  "map",
  "nodes",
  "jobs",
  "alerts",
  "skills",
  "joining",
  "approvals",
  "audit",
  "settings",
];

/** What a window of its own shows, by the page's address; null for a whole console. */
export function ownPath(hash: string): { kind: "job" | "node"; id: string } | null {
  const [, kind, id] = /^#\/(job|node)\/([\w.-]{1,128})$/.exec(hash) ?? [];
  return (kind === "job" || kind === "node") && id ? { kind, id } : null;
}

export function follow(console: Console, path: string): void {
  const { ui, fleet, news } = console;
  const [kind, id] = path.split("/");
  const page = PAGES.find((name) => name === kind);
  if (page && id === undefined) ui.getState().go(page);
  else if (kind === "job" && id) {
    ui.getState().go("jobs");
    ui.getState().showJob(id);
  } else if (kind === "node" && id) {
    const ordinal = fleet.ordinalOf(id);
    if (ordinal === undefined) {
      news.toast(t("The node of this link is not known here."), "problem");
      return;
    }
    ui.getState().go("map");
    ui.getState().openNode(ordinal);
    ui.getState().fly("star", ordinal);
  }
}

/** Follows links from now on, and the one that opened the window. The returned function stops it. */
export function keepFollowing(console: Console, hash: string): () => void {
  const first = /^#\/([a-z]+)$/.exec(hash)?.[1];
  const stop = console.bridge.onOpen((path) => follow(console, path));
  console.bridge
    .opening()
    .then((path) => path ?? first ?? null)
    .then((path) => path !== null && whenKnown(console, () => follow(console, path)))
    .catch(() => undefined);
  return stop;
}

/** Once the first snapshot is there. */
function whenKnown(console: Console, then: () => void): void {
  if (console.link.getState().nexus !== null) {
    then();
    return;
  }
  const stop = console.link.subscribe(({ nexus }) => {
    if (nexus === null) return;
    stop();
    queueMicrotask(then);
  });
}
