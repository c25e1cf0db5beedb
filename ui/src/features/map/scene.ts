/**
 * The one door between the console and the Galaxy Map's scene.
 * Proves at compile time that both mean the same by a status byte.
 */
import type { CreateScene, Status as SceneStatus } from "../../scene/api";
import { createScene } from "../../scene/index";
import type { Status } from "../../state/status";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const STATUS_AGREES: Same<SceneStatus, Status> = true;

export const openScene: CreateScene = createScene;
