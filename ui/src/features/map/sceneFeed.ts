/**
 * Feeds the scene from the stores: stars and groups, one `touch` per batch, comings and goings, work in flight,
 * selection and filter. While the map is covered nothing is drawn; what changed meanwhile is touched on return.
 * Not here: what the pointer does (MapView), keys (mapKeys.ts).
 */
import { ago, percent } from "../../components/format";
import type { Scene, SceneGroup } from "../../scene/api";
import type { Console } from "../../state/console";
import { isLive } from "../../state/executions";
import { visibleStars } from "../../state/filter";
import type { Fleet } from "../../state/fleet";
import { outcomeOf } from "../../state/jobs";

export type SceneFeed = {
  /** Nothing is drawn while the map is covered by another page. */
  setCovered(covered: boolean): void;
  stop(): void;
};

export function feedScene(scene: Scene, console: Console): SceneFeed {
  let covered = false;
  const missed = new Set<number>();
  const pushStars = starPusher(scene, console.fleet);
  const pushFilter = filterPusher(scene, console);
  const work = workPusher(scene, console);

  pushStars();
  scene.setGroups(sceneGroups(console.fleet));
  pushSelection(scene, console);
  pushFilter();

  let statusSeen = console.fleet.versions.status;
  const stopFleet = console.fleet.subscribe((delta) => {
    if (delta.structure && pushStars(delta.remapped !== null)) {
      // The scene starts over with new stars; tell it again what is chosen and what is shown.
      pushSelection(scene, console);
      pushFilter(true);
    }
    const statusMoved = statusSeen !== console.fleet.versions.status;
    statusSeen = console.fleet.versions.status;
    if (delta.groups || statusMoved) {
      scene.setGroups(sceneGroups(console.fleet));
      pushFilter();
    }
    if (covered) {
      for (const ordinal of delta.dirty) missed.add(ordinal);
      return;
    }
    scene.touch(delta.dirty);
    for (const ordinal of delta.connected) scene.connected(ordinal);
    for (const ordinal of delta.disconnected) scene.disconnected(ordinal);
  });
  const stopExecutions = console.executions.subscribe((delta) => {
    for (const id of delta.changed) work(id);
  });
  for (const id of console.executions.live) work(id);
  const stopUi = console.ui.subscribe((now, before) => {
    if (now.selected !== before.selected || now.open !== before.open || now.cursor !== before.cursor)
      pushSelection(scene, console);
    if (now.statuses !== before.statuses || now.search !== before.search || now.lit !== before.lit) pushFilter();
    if (now.lasso !== before.lasso) scene.setLasso(now.lasso);
    if (now.flight && now.flight !== before.flight) fly(scene, now.flight);
  });

  return {
    setCovered(now) {
      covered = now;
      if (now || missed.size === 0) return;
      scene.touch(missed);
      missed.clear();
    },
    stop() {
      stopFleet();
      stopExecutions();
      stopUi();
    },
  };
}

export function sceneGroups(fleet: Fleet): SceneGroup[] {
  return fleet.groups.map((group) => {
    const counts = fleet.groupCounts[group.index];
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

/** What stands under a star at close zoom. */
export function starLabel(fleet: Fleet, ordinal: number): { name: string; facts: string; address: string } {
  const node = fleet.node(ordinal);
  if (!node) return { name: "", facts: "", address: "" };
  const facts =
    node.state === "offline"
      ? `${node.trust.standing === "held" ? "Held" : node.trust.standing === "revoked" ? "Revoked" : "Offline"} · ${ago(node.lastSeen)}`
      : `CPU ${percent(fleet.cpu[ordinal] ?? 0)}   Memory ${percent(fleet.memory[ordinal] ?? 0)}`;
  const latency = node.latencyMs === null ? "" : `${Math.round(node.latencyMs)} ms`;
  return {
    name: node.name,
    facts,
    // Quiet, because it is no trouble by itself; the drawer says what it means.
    address: [node.trust.fingerprint === null ? "shared token" : "", node.address, node.osName, latency]
      .filter((part) => part !== "")
      .join(" · "),
  };
}

/** The arrays are live; the scene hears of them again only when they were replaced or the fleet got longer. */
function starPusher(scene: Scene, fleet: Fleet): (anew?: boolean) => boolean {
  const label = (ordinal: number) => starLabel(fleet, ordinal);
  let known: { count: number; x: Float32Array } | null = null;
  return (anew = false) => {
    const { count, x, y, cpu, memory, tasks, status, group } = fleet;
    if (!anew && known?.count === count && known.x === x) return false;
    known = { count, x };
    scene.setStars({ count, x, y, cpu, memory, tasks, status, group, label });
    return true;
  };
}

function filterPusher(scene: Scene, console: Console): (again?: boolean) => void {
  let last: ReadonlySet<number> | null = null;
  return (again = false) => {
    const { lit, statuses, search } = console.ui.getState();
    const next = lit ?? visibleStars(console.fleet, statuses, search);
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
