/**
 * The bar over the map while another chart is looked at (what it would be, Apply, Cancel), and after it was made here
 * (Undo). Escape gives a preview up.
 * Not here: the choice of a chart (ChartMenu.tsx), the picture (sceneFeed.ts).
 */
import { Undo2, X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { ChartPreview, ChartView } from "../../bridge/types";
import { Button, IconButton } from "../../components/Button";
import { Kbd } from "../../components/Kbd";
import { useCharts, useConsole } from "../../state/hooks";
import styles from "./Chart.module.css";
import { dimensionWord } from "./chartWords";

export function ChartBar() {
  const preview = useCharts((s) => s.preview);
  const made = useCharts((s) => s.made);
  const problem = useCharts((s) => s.problem);
  if (preview !== null) return <Preview preview={preview} problem={problem?.text ?? null} />;
  if (made?.canUndo) return <Made made={made} problem={problem?.text ?? null} />;
  return problem === null ? null : <Problem text={problem.text} />;
}

function Preview({ preview, problem }: { preview: ChartPreview; problem: string | null }) {
  const { t } = useTranslation();
  const { charts } = useConsole();
  const busy = useCharts((s) => s.busy || s.awaited !== null);
  useEscape(() => charts.getState().cancel());
  const groups = preview.groups.filter(({ index }) => index > 0).length;
  return (
    <div className={styles.bar} data-testid="chart-preview" role="status">
      <span className={styles.words}>
        <span className={styles.quiet}>{t("Preview")}</span>
        <b>{t("by {{dimension}}", { dimension: dimensionWord(preview.by) })}</b>
        <span className={styles.quiet}>
          {t("{{count}} groups", { count: groups })} ·{" "}
          {preview.moved === 0 ? t("nobody moves") : t("{{count}} nodes move", { count: preview.moved })}
        </span>
        {problem !== null && <span className={styles.problem}>{problem}</span>}
      </span>
      <Button onClick={() => charts.getState().cancel()} data-testid="chart-cancel">
        {t("Cancel")} <Kbd>Esc</Kbd>
      </Button>
      <AskButton
        asks="applyChart"
        look="primary"
        disabled={busy}
        onClick={() => void charts.getState().apply()}
        title={t("Moves the map of everybody; it can be taken back.")}
        data-testid="chart-apply"
      >
        {t("Apply for everybody")}
      </AskButton>
    </div>
  );
}

function Made({ made, problem }: { made: ChartView; problem: string | null }) {
  const { t } = useTranslation();
  const { charts } = useConsole();
  const busy = useCharts((s) => s.busy);
  return (
    <div className={styles.bar} data-testid="chart-made" role="status">
      <span className={styles.words}>
        <b>{t("Charted by {{dimension}}", { dimension: dimensionWord(made.by) })}</b>
        <span className={styles.quiet}>{t("for everybody")}</span>
        {problem !== null && <span className={styles.problem}>{problem}</span>}
      </span>
      <AskButton
        asks="undoChart"
        disabled={busy}
        onClick={() => void charts.getState().undo()}
        data-testid="chart-undo"
      >
        <Undo2 size={13} strokeWidth={1.5} aria-hidden="true" /> {t("Undo")}
      </AskButton>
      <IconButton label={t("Close")} onClick={() => charts.getState().dismiss()}>
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </div>
  );
}

function Problem({ text }: { text: string }) {
  const { t } = useTranslation();
  const { charts } = useConsole();
  return (
    <div className={styles.bar} data-testid="chart-problem" role="alert">
      <span className={styles.words}>
        <span className={styles.problem}>{text}</span>
      </span>
      <IconButton label={t("Close")} onClick={() => charts.getState().dismiss()}>
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </div>
  );
}

/** Before the other meanings of Escape, but after an open menu or dialog has had it. */
function useEscape(then: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("[role=menu], [role=dialog]") !== null) return;
      event.stopPropagation();
      then();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [then]);
}
