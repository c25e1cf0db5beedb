/**
 * A bare stage for the scene: one canvas, one fixture fleet, and `window.stage` for scripts that take pictures or
 * play with it. Query: n (number of nodes), theme, reduced.
 * Not here: measuring (bench.ts).
 */
import "@fontsource-variable/geist";
import "@fontsource-variable/geist-mono";
import { createScene } from "../src/scene/index.ts";
import { ENGLISH, fleetOf } from "../tests/scene/fixture.ts";

const query = new URLSearchParams(location.search);
const fleet = fleetOf(Number(query.get("n") ?? 184));
const canvas = document.querySelector("canvas");
if (canvas === null) throw new Error("The stage has no canvas.");
const scene = createScene({
  canvas,
  theme: query.get("theme") === "light" ? "light" : "dark",
  reducedMotion: query.has("reduced"),
  onPointer: (event) => events.push(event),
});
const events: unknown[] = [];
scene.setWords(ENGLISH);
scene.setStars(fleet.stars);
scene.setGroups(fleet.groups);
Object.assign(window, { stage: { scene, fleet, events } });
