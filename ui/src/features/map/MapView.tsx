/**
 * Hosts the Galaxy Map: owns the canvas and the scene's life, turns pointer events into what the operator does, and
 * keeps the off-screen list beside it. When the canvas cannot be had, the table takes over and says why.
 * Not here: drawing (scene), feeding (sceneFeed.ts).
 */
import { type RefObject, useEffect, useRef, useState } from "react";
import { Notice } from "../../components/Notice";
import type { Scene, ScenePointer } from "../../scene/api";
import type { Console } from "../../state/console";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { MapControls } from "./MapControls";
import styles from "./MapView.module.css";
import { onMapKey } from "./mapKeys";
import { SelectionBar } from "./SelectionBar";
import { PLACED, StarList, starId } from "./StarList";
import { openScene } from "./scene";
import { feedScene, type SceneFeed } from "./sceneFeed";

type MapViewProps = { theme: "dark" | "light"; reducedMotion: boolean; covered: boolean };

export function MapView({ theme, reducedMotion, covered }: MapViewProps) {
  const console = useConsole();
  const canvas = useRef<HTMLCanvasElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const unavailable = useUi((s) => s.mapUnavailable);
  const cursor = useUi((s) => s.cursor);
  const lasso = useUi((s) => s.lasso);
  const empty = useFleet((fleet) => fleet.size === 0);
  const { scene, closeUp } = useScene(console, canvas, list, { theme, reducedMotion, covered });

  if (unavailable !== null) {
    return (
      <div className={`${styles.view} ${covered ? styles.covered : ""}`}>
        <div className={styles.unavailable}>
          <Notice tone="warning" testId="map-unavailable">
            The map cannot be drawn here: {unavailable} The table shows the same nodes, with the same filter and
            selection.
          </Notice>
        </div>
      </div>
    );
  }
  return (
    <div className={`${styles.view} ${covered ? styles.covered : ""}`}>
      <div
        className={styles.sky}
        role="listbox"
        tabIndex={0}
        aria-multiselectable="true"
        data-testid="map"
        data-lasso={lasso}
        aria-label="Map of the swarm. Arrow keys walk from node to node, Enter opens, Space selects. Press T for the table."
        aria-activedescendant={cursor === null ? undefined : starId(cursor)}
        onKeyDown={(event) => {
          if (scene.current && onMapKey(event, scene.current, console.ui)) event.preventDefault();
        }}
      >
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: the canvas takes no focus, the listbox around it does */}
        <canvas ref={canvas} className={styles.canvas} aria-hidden="true" data-testid="map-canvas" />
        <StarList list={list} />
      </div>
      {!empty && (
        <MapControls
          closeUp={closeUp}
          onZoom={(factor) => scene.current?.zoomBy(factor)}
          onFit={() => scene.current?.fit()}
        />
      )}
      <SelectionBar />
    </div>
  );
}

function useScene(
  console: Console,
  canvas: RefObject<HTMLCanvasElement | null>,
  list: RefObject<HTMLDivElement | null>,
  look: MapViewProps,
) {
  const scene = useRef<Scene | null>(null);
  const feed = useRef<SceneFeed | null>(null);
  const first = useRef(look);
  const [closeUp, setCloseUp] = useState(false);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let opened: Scene | null = null;
    const places = placeMarker(
      list,
      () => opened,
      (detail) => setCloseUp(detail === 3),
    );
    const giveUp = (reason: string) =>
      console.ui.setState({
        mapUnavailable: reason,
        page: console.ui.getState().page === "map" ? "nodes" : console.ui.getState().page,
      });
    try {
      opened = openScene({
        canvas: element,
        theme: first.current.theme,
        reducedMotion: first.current.reducedMotion,
        onPointer: (event) => {
          if (event.kind === "unavailable") giveUp(event.reason);
          else onPointer(event, console);
          if (event.kind === "camera" && event.atRest) places.soon();
        },
      });
      scene.current = opened;
      feed.current = feedScene(opened, console);
    } catch (reason) {
      giveUp(reason instanceof Error ? reason.message : "WebGL2 is not available.");
      return;
    }
    const stopFleet = console.fleet.subscribe((delta) => {
      if (delta.structure) places.soon();
    });
    const watcher = new ResizeObserver(places.soon);
    watcher.observe(element);
    places.soon();
    return () => {
      places.stop();
      watcher.disconnect();
      stopFleet();
      feed.current?.stop();
      opened?.destroy();
      scene.current = null;
      feed.current = null;
    };
  }, [console, canvas, list]);

  useEffect(() => scene.current?.setTheme(look.theme), [look.theme]);
  useEffect(() => scene.current?.setReducedMotion(look.reducedMotion), [look.reducedMotion]);
  useEffect(() => feed.current?.setCovered(look.covered), [look.covered]);
  return { scene, closeUp };
}

function onPointer(event: ScenePointer, { ui, fleet }: Console): void {
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
