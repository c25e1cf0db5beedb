/**
 * The life of the scene: opened on the canvas, fed from the stores, closed with the component. Turns pointer events
 * into what the operator does, and writes star positions into the off-screen list when the camera rests.
 * Not here: what is fed (sceneFeed.ts), keys (mapKeys.ts).
 */
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { count as digits } from "../../components/format";
import { t } from "../../i18n";
import { CONTEXT_LOST, NO_WEBGL2, type Scene, type ScenePointer, type SceneWords } from "../../scene/api";
import type { Console } from "../../state/console";
import { PLACED } from "./StarList";
import { openScene } from "./scene";
import { feedScene, type SceneFeed } from "./sceneFeed";

export type MapLook = { theme: "dark" | "light"; reducedMotion: boolean; covered: boolean; headroom: number };
type Opened = { scene: Scene; feed: SceneFeed; close(): void };

export function useScene(
  console: Console,
  canvas: RefObject<HTMLCanvasElement | null>,
  list: RefObject<HTMLDivElement | null>,
  look: MapLook,
) {
  const opened = useRef<Opened | null>(null);
  const scene = useRef<Scene | null>(null);
  const first = useRef(look);
  const [closeUp, setCloseUp] = useState(false);
  const { language } = useTranslation().i18n;

  useEffect(() => {
    if (!canvas.current) return;
    opened.current = open(console, canvas.current, list, first.current, setCloseUp);
    scene.current = opened.current?.scene ?? null;
    return () => {
      opened.current?.close();
      opened.current = null;
      scene.current = null;
    };
  }, [console, canvas, list]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the language
  useEffect(() => opened.current?.scene.setWords(WORDS), [language]);
  useEffect(() => opened.current?.scene.setTheme(look.theme), [look.theme]);
  useEffect(() => opened.current?.scene.setReducedMotion(look.reducedMotion), [look.reducedMotion]);
  useEffect(() => opened.current?.scene.setHeadroom(look.headroom), [look.headroom]);
  useEffect(() => opened.current?.feed.setCovered(look.covered), [look.covered]);
  return { scene, closeUp };
}

/** Asked for at each writing, so they are in the language of then. */
const WORDS: SceneWords = {
  critical: (count) => t("{{count}} critical", { count }),
  degraded: (count) => t("{{count}} degraded", { count }),
  offline: (count) => t("{{count}} offline", { count }),
  number: digits,
};

/** Null when the canvas cannot be had; the operator is then on the table, with the reason. */
function open(
  console: Console,
  canvas: HTMLCanvasElement,
  list: RefObject<HTMLDivElement | null>,
  look: MapLook,
  onCloseUp: (closeUp: boolean) => void,
): Opened | null {
  let scene: Scene | null = null;
  const places = placeMarker(
    list,
    () => scene,
    (level) => onCloseUp(level === 3),
  );
  try {
    scene = openScene({
      canvas,
      theme: look.theme,
      reducedMotion: look.reducedMotion,
      onPointer: (event) => {
        onPointer(event, console);
        if (event.kind === "camera" && event.atRest) places.soon();
      },
    });
  } catch (reason) {
    giveUp(console, reason instanceof Error ? reason.message : t("WebGL2 is not available."));
    return null;
  }
  const feed = feedScene(scene, console);
  const stopFleet = console.fleet.subscribe((delta) => {
    if (delta.structure) places.soon();
  });
  const watcher = new ResizeObserver(places.soon);
  watcher.observe(canvas);
  places.soon();
  const close = () => {
    places.stop();
    watcher.disconnect();
    stopFleet();
    feed.stop();
    scene?.destroy();
  };
  return { scene, feed, close };
}

function inWords(reason: string): string {
  if (reason === NO_WEBGL2) return t("This browser has no WebGL2.");
  return reason === CONTEXT_LOST ? t("The graphics context was lost.") : reason;
}

function giveUp({ ui }: Console, reason: string): void {
  const { page } = ui.getState();
  ui.setState({ mapUnavailable: inWords(reason), page: page === "map" ? "nodes" : page });
}

function onPointer(event: ScenePointer, console: Console): void {
  const { ui, fleet } = console;
  const state = ui.getState();
  switch (event.kind) {
    case "pick":
      if (event.ordinal === null) {
        if (state.selected.size > 0 && !event.additive) state.select([]);
      } else if (event.additive) state.toggleSelected(event.ordinal);
      else state.openNode(event.ordinal);
      return;
    case "pickGroup":
      state.select([...fleet.ordinals()].filter((ordinal) => fleet.group[ordinal] === event.group));
      return;
    case "lasso":
      state.select(event.ordinals, event.additive);
      state.set({ lasso: false });
      return;
    case "unavailable":
      giveUp(console, event.reason);
      return;
    default:
  }
}

/** Writes where the first stars stand into the off-screen list, a moment after things came to rest. */
function placeMarker(
  list: RefObject<HTMLDivElement | null>,
  scene: () => Scene | null,
  onDetail: (level: number) => void,
) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const mark = () => {
    const current = scene();
    const items = list.current?.children;
    if (!current || !items) return;
    onDetail(current.stats().levelOfDetail);
    for (const item of [...items].slice(0, PLACED)) {
      const { x, y } = current.project(Number(item.getAttribute("data-ordinal")));
      item.setAttribute("data-x", x.toFixed(1));
      item.setAttribute("data-y", y.toFixed(1));
    }
  };
  return {
    soon: () => {
      clearTimeout(timer);
      timer = setTimeout(mark, 120);
    },
    stop: () => clearTimeout(timer),
  };
}
