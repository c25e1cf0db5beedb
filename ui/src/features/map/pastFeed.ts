/**
 * Feeds the scene from another time than now: the same stars with the states and loads of then, and comets to where
 * parts of jobs were under way. Coming and going are told once each as a whole; between two moments only what changed.
 * Not here: which time that is (state/replay), the present (sceneFeed.ts).
 */
import { percent } from "../../components/format";
import { t } from "../../i18n";
import type { Scene } from "../../scene/api";
import type { Console } from "../../state/console";
import type { Fleet } from "../../state/fleet";
import type { Past, Stars } from "../../state/past";
import { Status } from "../../state/status";

/** More comets at once than this say no more. */
const MOST_WORK = 300;

type Push = {
  pushAll(anew: boolean): void;
  pushWork(): void;
  pushFilter(again?: boolean): void;
};

export function feedPast(scene: Scene, console: Console, push: Push): () => void {
  const shown = console.replay.getState().past;
  let work = shown === null ? new Map<string, number>() : flown(scene, shown, new Map());
  return console.replay.subscribe((now, before) => {
    if (now.past === before.past) return;
    const { past } = now;
    if (past === null) {
      work = new Map();
      push.pushAll(true);
      push.pushWork();
      return;
    }
    if (before.past === null || before.past.stars.status !== past.stars.status) {
      if (before.past === null) scene.forgetWork();
      push.pushAll(true);
    } else {
      scene.touch(past.dirty);
      if (past.dirty.length > 0) push.pushAll(false);
    }
    work = flown(scene, past, work);
  });
}

/** What began since the moment before departs, what ended lands. */
function flown(scene: Scene, past: Past, before: ReadonlyMap<string, number>): Map<string, number> {
  const now = new Map<string, number>();
  for (const job of past.jobs)
    for (const ordinal of job.ordinals) if (now.size < MOST_WORK) now.set(`${job.id} ${ordinal}`, ordinal);
  for (const [key, ordinal] of before) if (!now.has(key)) scene.workEnded(ordinal, key, "ok");
  for (const [key, ordinal] of now) if (!before.has(key)) scene.workStarted(ordinal, key);
  return now;
}

/** What stands under a star of another time at close zoom. */
export function pastLabel(
  fleet: Fleet,
  stars: Stars,
  ordinal: number,
): { name: string; facts: string; address: string } {
  const node = fleet.node(ordinal);
  if (!node) return { name: "", facts: "", address: "" };
  const facts =
    stars.status[ordinal] === Status.Offline
      ? t("Offline then")
      : t("CPU {{cpu}}   Memory {{memory}}", {
          cpu: percent(stars.cpu[ordinal] ?? 0),
          memory: percent(stars.memory[ordinal] ?? 0),
        });
  return { name: node.name, facts, address: "" };
}
