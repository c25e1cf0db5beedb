/**
 * The door to the Galaxy Map's scene.
 * Not here: anything else; the interface is in api.ts, the scene in liveScene.ts.
 */
import type { CreateScene } from "./api.ts";
import { LiveScene } from "./liveScene.ts";

export const createScene: CreateScene = (options) => new LiveScene(options);
