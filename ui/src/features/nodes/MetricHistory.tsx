/**
 * A node's last hours: CPU, memory and tasks as curves, with the times when it was away; in one sentence and as a table
 * for those who do not see them. While the curves are not there, or cannot be drawn, the last minutes stand for them.
 * Not here: drawing (historyPlot.ts), the fleet at a moment (features/time).
 */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeHistoryView } from "../../bridge/types";
import { clockTime, percent } from "../../components/format";
import { Segmented } from "../../components/Segmented";
import { Spark } from "../../components/Spark";
import { useConsole } from "../../state/hooks";
import { HistoryTable } from "./HistoryTable";
import { loadPlot, useHistory, useThemeTurn } from "./historyReading";
import { tellHistory, tellSample } from "./historyWords";
import styles from "./MetricHistory.module.css";

const HOUR = 3_600_000;
const RANGES = ["1", "6", "24"] as const;
type Range = (typeof RANGES)[number];

type MetricHistoryProps = {
  nodeId: string;
  ordinal: number;
  /** A moment to mark, milliseconds since 1970. */
  markMs?: number | null;
  /** Somebody wants to see the fleet at this moment. */
  onLook?(atMs: number): void;
};

export function MetricHistory({ nodeId, ordinal, markMs = null, onLook }: MetricHistoryProps) {
  const { t } = useTranslation();
  const [range, setRange] = useState<Range>("24");
  const { view, problem } = useHistory(nodeId);
  const [asTable, setAsTable] = useState(false);
  const toMs = view?.toMs ?? 0;
  const fromMs = toMs - Number(range) * HOUR;
  return (
    <section className={styles.history} aria-label={t("History of the node")} data-testid="metric-history">
      <div className={styles.head}>
        <h2 className="visually-hidden">{t("Last hours")}</h2>
        <span className={styles.key} aria-hidden="true">
          <i className={styles.cpu} /> {t("CPU")} <i className={styles.memory} /> {t("Memory")}{" "}
          <i className={styles.tasks} /> {t("Tasks")}
        </span>
        <Segmented<Range>
          label={t("How far back")}
          value={range}
          onChange={setRange}
          options={RANGES.map((hours) => ({ value: hours, label: t("{{hours}} h", { hours }) }))}
        />
      </div>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {t("The history cannot be read: {{problem}}", { problem })}
        </p>
      )}
      {view === null ? (
        problem === null && <Meanwhile ordinal={ordinal} />
      ) : (
        <>
          <Curves
            ordinal={ordinal}
            view={view}
            fromMs={fromMs}
            toMs={toMs}
            markMs={markMs}
            onPress={(at) => onLook?.(at)}
            canLook={onLook !== undefined}
          />
          <p className={styles.summary} data-testid="history-summary">
            {tellHistory(view, fromMs, toMs)}
          </p>
          <button
            type="button"
            className={styles.more}
            aria-expanded={asTable}
            onClick={() => setAsTable(!asTable)}
            data-testid="history-as-table"
          >
            {asTable ? t("Hide the table") : t("As a table")}
          </button>
          {asTable && <HistoryTable view={view} fromMs={fromMs} toMs={toMs} />}
        </>
      )}
    </section>
  );
}

type CurvesProps = {
  ordinal: number;
  view: NodeHistoryView;
  fromMs: number;
  toMs: number;
  markMs: number | null;
  canLook: boolean;
  onPress(atMs: number): void;
};

function Curves({ ordinal, view, fromMs, toMs, markMs, canLook, onPress }: CurvesProps) {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const [drawn, setDrawn] = useState<"waits" | "yes" | "never">("waits");
  const press = useRef(onPress);
  press.current = onPress;
  const theme = useThemeTurn();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read from the page
  useEffect(() => {
    let clear: (() => void) | null = null;
    let gone = false;
    loadPlot().then(
      ({ drawPlot }) => {
        if (gone || !holder.current) return;
        const onPress = (at: number) => press.current(at);
        clear = drawPlot(holder.current, { view, fromMs, toMs, markMs, onHover: setHover, onPress });
        setDrawn("yes");
      },
      () => setDrawn("never"),
    );
    return () => {
      gone = true;
      clear?.();
    };
  }, [view, fromMs, toMs, markMs, theme]);
  const at = hover === null ? undefined : view.atMs[hover];
  return (
    <div className={styles.curves} data-look={canLook}>
      <div ref={holder} className={styles.plot} aria-hidden="true" data-testid="history-plot" data-drawn={drawn} />
      {drawn === "never" && <Meanwhile ordinal={ordinal} />}
      <p className={styles.tip} aria-hidden="true">
        {at === undefined || hover === null ? (
          canLook && t("Press a moment to see the fleet then")
        ) : (
          <>
            <b>{clockTime(at)}</b> {tellSample(view, hover)}
          </>
        )}
      </p>
    </div>
  );
}

/** The last minutes, as the console itself has seen them. */
function Meanwhile({ ordinal }: { ordinal: number }) {
  const { t } = useTranslation();
  const { fleet } = useConsole();
  return (
    <div className={styles.meanwhile}>
      {(["cpu", "memory"] as const).map((metric) => {
        const values = fleet.history.read(ordinal, metric);
        return (
          <div key={metric}>
            <span>
              {metric === "cpu" ? t("CPU") : t("Memory")} {percent(values.at(-1) ?? 0)}
            </span>
            <Spark values={values} top={1} />
          </div>
        );
      })}
    </div>
  );
}
