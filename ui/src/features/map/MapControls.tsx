/** Zoom buttons, and the legend of what size means at this zoom. Not here: the camera. */
import { Maximize, Minus, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { percent } from "../../components/format";
import styles from "./MapView.module.css";

/** `legend`: not while a wide bar needs its place. */
type MapControlsProps = { closeUp: boolean; legend: boolean; onZoom(factor: number): void; onFit(): void };

export function MapControls({ closeUp, legend, onZoom, onFit }: MapControlsProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.controls}>
      <div className={styles.zoom}>
        <button type="button" aria-label={t("Zoom in")} title={t("Zoom in (+)")} onClick={() => onZoom(1.5)}>
          <Plus size={14} strokeWidth={1.5} aria-hidden="true" />
        </button>
        <button type="button" aria-label={t("Zoom out")} title={t("Zoom out (−)")} onClick={() => onZoom(1 / 1.5)}>
          <Minus size={14} strokeWidth={1.5} aria-hidden="true" />
        </button>
        <button
          type="button"
          aria-label={t("Fit the whole map")}
          title={t("Fit (0)")}
          onClick={onFit}
          data-testid="fit"
        >
          <Maximize size={13} strokeWidth={1.5} aria-hidden="true" />
        </button>
      </div>
      {legend && (closeUp ? <RingLegend /> : <LoadLegend />)}
    </div>
  );
}

function LoadLegend() {
  const { t } = useTranslation();
  return (
    <div className={styles.legend}>
      {t("Load")}
      <svg width="74" height="14" viewBox="0 0 74 14" fill="var(--text-3)" aria-hidden="true">
        <circle cx="4" cy="7" r="1.4" />
        <circle cx="20" cy="7" r="2.6" />
        <circle cx="39" cy="7" r="3.8" />
        <circle cx="62" cy="7" r="5.2" />
      </svg>
      {percent(1)}
    </div>
  );
}

function RingLegend() {
  const { t } = useTranslation();
  return (
    <div className={styles.legend}>
      <svg width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="var(--text-1)" aria-hidden="true">
        <path d="M7 1a6 6 0 0 1 3 11.2" strokeWidth="1.5" />
        <path d="M7 4a3 3 0 0 1 0 6" strokeWidth="1.3" opacity="0.6" />
      </svg>
      {t("Outer ring CPU, inner ring memory")}
    </div>
  );
}
