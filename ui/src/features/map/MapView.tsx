/**
 * Hosts the Galaxy Map: the canvas, its keyboard, the off-screen list and the controls over it. When the canvas
 * cannot be had, the table takes over and says why.
 * Not here: the scene's life (useScene.ts), drawing (scene), feeding (sceneFeed.ts).
 */
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../../components/Notice";
import { useCharts, useConsole, useFleet, useReplay, useUi } from "../../state/hooks";
import { ChartBar } from "./ChartBar";
import { MapControls } from "./MapControls";
import styles from "./MapView.module.css";
import { onMapKey } from "./mapKeys";
import { SelectionBar } from "./SelectionBar";
import { StarList, starId } from "./StarList";
import { type MapLook, useScene } from "./useScene";

/** How far the tab of another time hangs down. */
const TAB_PX = 34;

export function MapView({ theme, reducedMotion, covered }: Omit<MapLook, "headroom">) {
  const { t } = useTranslation();
  const console = useConsole();
  const canvas = useRef<HTMLCanvasElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const unavailable = useUi((s) => s.mapUnavailable);
  const cursor = useUi((s) => s.cursor);
  const lasso = useUi((s) => s.lasso);
  const looking = useCharts((s) => s.preview !== null);
  const empty = useFleet((fleet) => fleet.size === 0);
  const banded = useReplay((s) => s.open);
  const headroom = useReplay((s) => s.at !== null) ? TAB_PX : 0;
  const { scene, closeUp } = useScene(console, canvas, list, { theme, reducedMotion, covered, headroom });

  if (unavailable !== null) {
    return (
      <div className={`${styles.view} ${covered ? styles.covered : ""}`}>
        <div className={styles.unavailable}>
          <Notice tone="warning" testId="map-unavailable">
            {t(
              "The map cannot be drawn here: {{reason}} The table shows the same nodes, with the same filter and selection.",
              { reason: unavailable },
            )}
          </Notice>
        </div>
      </div>
    );
  }
  return (
    <div className={`${styles.view} ${covered ? styles.covered : ""}`} data-banded={banded}>
      <div
        className={styles.sky}
        role="listbox"
        tabIndex={0}
        aria-multiselectable="true"
        data-testid="map"
        data-lasso={lasso}
        aria-label={t(
          "Map of the swarm. Arrow keys walk from node to node, with Shift they move the view, Enter opens, Space selects. Press T for the table.",
        )}
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
          legend={!looking}
          onZoom={(factor) => scene.current?.zoomBy(factor)}
          onFit={() => scene.current?.fit()}
        />
      )}
      <div className={styles.bars}>
        {!covered && <ChartBar />}
        <SelectionBar />
      </div>
    </div>
  );
}
