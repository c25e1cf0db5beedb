/**
 * Feeds the scene from the stores: stars and groups, one `touch` per batch, comings and goings, work in flight,
 * selection and filter. While the map is covered nothing is drawn; what changed meanwhile is touched on return.
 * Not here: what the pointer does (MapView), keys (mapKeys.ts).
 */

import type { ChartPreview } from "../../bridge/types";
import { ago, percent } from "../../components/format";
import { t } from "../../i18n";
import type { Scene, SceneGroup, SceneStars } from "../../scene/api";
import type { Console } from "../../state/console";
import { isLive } from "../../state/executions";
import { visibleStars } from "../../state/filter";
import type { Fleet, FleetDelta, GroupCount } from "../../state/fleet";
import { outcomeOf } from "../../state/jobs";
import { classOf, Status } from "../../state/status";
import { feedPast, pastLabel } from "./pastFeed";

export type SceneFeed = {
  /** Nothing is drawn while the map is covered by another page. */
  setCovered(covered: boolean): void;
  stop(): void;
};

export function feedScene(scene: Scene, console: Console): SceneFeed {
  let covered = false;
  const missed = new Set<number>();
  const past = () => console.replay.getState().past;
  const pushStars = starPusher(scene, console);
  const pushGroups = () =>
    scene.setGroups(sceneGroups(console.fleet, console.charts.getState().preview, past()?.groupCounts));
  const pushFilter = filterPusher(scene, console);
  const pushAll = (anew: boolean) => {
    pushStars(anew);
    pushGroups();
    pushSelection(scene, console);
    pushFilter(true);
  };
  /** Another chart, or a look at one: stars glide to their places, the whole map is shown. */
  const chartAnew = () => {
    scene.setDraft(console.charts.getState().preview !== null);
    pushStars(true, !covered);
    pushGroups();
    pushSelection(scene, console);
    scene.fit();
  };
  pushAll(false);
  const statusMoved = statusWatch(console.fleet);
  const stopFleet = console.fleet.subscribe((delta) => {
    // While another time is shown the present goes on unseen; coming back shows all of it anew.
    if (past() && !delta.charted) return;
    if (delta.charted) {
      chartAnew();
      pushFilter(true);
    } else if (delta.structure && pushStars(delta.remapped !== null)) {
      // The scene starts over with new stars; tell it again what is chosen and what is shown.
      pushSelection(scene, console);
      pushFilter(true);
    }
    if (statusMoved() || delta.groups) {
      pushGroups();
      pushFilter();
    }
    if (covered) {
      for (const ordinal of delta.dirty) missed.add(ordinal);
      return;
    }
    tellDelta(scene, delta);
  });
  const stopCharts = console.charts.subscribe((now, before) => {
    if (now.preview !== before.preview) chartAnew();
  });
  const { pushWork, stopWork } = feedWork(scene, console);
  const stopReplay = feedPast(scene, console, { pushAll, pushWork, pushFilter });
  const stopUi = followUi(scene, console, pushFilter);

  return {
    setCovered(now) {
      covered = now;
      if (now) return;
      scene.touch(missed);
      missed.clear();
    },
    stop() {
      for (const stop of [stopFleet, stopCharts, stopWork, stopReplay, stopUi]) stop();
    },
  };
}

/** Work in flight, unless another time is shown; `pushWork` begins anew with what is under way. */
function feedWork(scene: Scene, console: Console): { pushWork(): void; stopWork(): void } {
  const isNow = () => console.replay.getState().past === null;
  let work = workPusher(scene, console);
  const begin = () => {
    for (const id of console.executions.live) work(id);
  };
  if (isNow()) begin();
  return {
    pushWork() {
      scene.forgetWork();
      work = workPusher(scene, console);
      begin();
    },
    stopWork: console.executions.subscribe((delta) => {
      if (isNow()) for (const id of delta.changed) work(id);
    }),
  };
}

/** Whether somebody's status changed since it was last asked. */
function statusWatch(fleet: Fleet): () => boolean {
  let seen = fleet.versions.status;
  return () => {
    const moved = seen !== fleet.versions.status;
    seen = fleet.versions.status;
    return moved;
  };
}

function tellDelta(scene: Scene, delta: Pick<FleetDelta, "dirty" | "connected" | "disconnected">): void {
  scene.touch(delta.dirty);
  for (const ordinal of delta.connected) scene.connected(ordinal);
  for (const ordinal of delta.disconnected) scene.disconnected(ordinal);
}

function followUi(scene: Scene, console: Console, pushFilter: () => void): () => void {
  return console.ui.subscribe((now, before) => {
    if (now.selected !== before.selected || now.open !== before.open || now.cursor !== before.cursor)
      pushSelection(scene, console);
    if (
      now.statuses !== before.statuses ||
      now.search !== before.search ||
      now.meant !== before.meant ||
      now.lit !== before.lit
    )
      pushFilter();
    if (now.lasso !== before.lasso) scene.setLasso(now.lasso);
    if (now.flight && now.flight !== before.flight) fly(scene, now.flight);
  });
}

/** As now, as a preview would have it, or as another time counted. */
export function sceneGroups(
  fleet: Fleet,
  preview: ChartPreview | null = null,
  past?: readonly GroupCount[],
): SceneGroup[] {
  const groupCounts = past ?? (preview === null ? fleet.groupCounts : countsOf(fleet, preview));
  return (preview?.groups ?? fleet.groups).map((group) => {
    const counts = groupCounts[group.index];
    return {
      index: group.index,
      label: group.index === 0 ? "" : group.label,
      discs: group.discs,
      count: counts ? counts.online + counts.degraded + counts.offline : 0,
      degraded: counts?.degraded ?? 0,
      offline: counts?.offline ?? 0,
      critical: counts?.critical ?? 0,
    };
  });
}

function awayWord(standing: string): string {
  if (standing === "held") return t("Held", { context: "node" });
  return standing === "revoked" ? t("Revoked") : t("Offline");
}

/** What stands under a star at close zoom. */
export function starLabel(fleet: Fleet, ordinal: number): { name: string; facts: string; address: string } {
  const node = fleet.node(ordinal);
  if (!node) return { name: "", facts: "", address: "" };
  const shown = (load: number | null) => (load === null ? "—" : percent(load));
  const facts =
    node.state === "offline"
      ? `${awayWord(node.trust.standing)} · ${ago(node.lastSeen)}`
      : `${t("CPU")} ${shown(fleet.load(ordinal, "cpu"))}   ${t("Memory")} ${shown(fleet.load(ordinal, "memory"))}`;
  const latency = node.latencyMs === null ? "" : t("{{ms}} ms", { ms: Math.round(node.latencyMs) });
  return {
    name: node.name,
    facts,
    // Quiet, because it is no trouble by itself; the drawer says what it means.
    address: [node.trust.fingerprint === null ? t("shared token") : "", node.address, node.osName, latency]
      .filter((part) => part !== "")
      .join(" · "),
  };
}

/** The arrays are live; the scene hears of them again only when they were replaced or the fleet got longer. */
function starPusher(scene: Scene, console: Console): (anew?: boolean, glide?: boolean) => boolean {
  const { fleet, replay, charts } = console;
  let known: { count: number; x: Float32Array } | null = null;
  return (anew = false, glide = false) => {
    const past = replay.getState().past?.stars;
    const { count, x, cpu, memory, tasks, status } = past ?? fleet;
    if (!anew && known?.count === count && known.x === x) return false;
    known = { count, x };
    const { preview } = charts.getState();
    const places = preview === null ? (past ?? fleet) : placesIn(fleet, preview);
    const label = (ordinal: number) => (past ? pastLabel(fleet, past, ordinal) : starLabel(fleet, ordinal));
    scene.setStars({ count, x: places.x, y: places.y, cpu, memory, tasks, status, group: places.group, label }, glide);
    return true;
  };
}

/** Where everybody would stand; who came since the preview was made stays where it is. */
function placesIn(fleet: Fleet, preview: ChartPreview): Pick<SceneStars, "x" | "y" | "group"> {
  const places = { x: fleet.x.slice(), y: fleet.y.slice(), group: fleet.group.slice() };
  for (const [ordinal, group, x, y] of preview.places) {
    places.x[ordinal] = x;
    places.y[ordinal] = y;
    places.group[ordinal] = group;
  }
  return places;
}

function countsOf(fleet: Fleet, preview: ChartPreview): GroupCount[] {
  const counts: GroupCount[] = [];
  for (const [ordinal, group] of preview.places) {
    const status = fleet.status[ordinal] ?? 0;
    const bucket = classOf(status);
    counts[group] ??= { online: 0, degraded: 0, offline: 0, critical: 0 };
    const own = counts[group];
    if (bucket) own[bucket] += 1;
    if (status === Status.Critical) own.critical += 1;
  }
  return counts;
}

function filterPusher(scene: Scene, console: Console): (again?: boolean) => void {
  let last: ReadonlySet<number> | null = null;
  return (again = false) => {
    const { lit, statuses, search, meant } = console.ui.getState();
    const status = console.replay.getState().past?.stars.status;
    const next = lit ?? visibleStars(console.fleet, statuses, search, meant, status);
    if (next === null && last === null && !again) return;
    last = next;
    scene.setFilter(next);
  };
}

function workPusher(scene: Scene, console: Console): (id: string) => void {
  const started = new Set<string>();
  return (id) => {
    const view = console.executions.get(id)?.view;
    if (!view) return;
    if (isLive(view.state)) {
      if (started.has(id) || view.state === "queued") return;
      started.add(id);
      scene.workStarted(view.ordinal, id);
    } else if (started.delete(id)) {
      const outcome = outcomeOf(view.state);
      scene.workEnded(view.ordinal, id, outcome === "unknown" ? "unknown" : outcome === "succeeded" ? "ok" : "failed");
    }
  };
}

function pushSelection(scene: Scene, console: Console): void {
  const { selected, open, cursor } = console.ui.getState();
  scene.setSelection(selected, cursor ?? open);
}

function fly(scene: Scene, flight: { to: "star" | "group"; index: number }): void {
  if (flight.to === "star") scene.flyTo(flight.index);
  else scene.flyToGroup(flight.index);
}
