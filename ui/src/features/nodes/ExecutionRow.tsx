/** One execution in the list of a node, with what can be done with it. Not here: doing it. */
import { RotateCcw, Square } from "lucide-react";
import { useTranslation } from "react-i18next";
import { AskIconButton } from "../../asking/AskButton";
import type { ExecutionView } from "../../bridge/types";
import { clockTime, seconds } from "../../components/format";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { isLive } from "../../state/executions";
import styles from "./Executions.module.css";

export type Told = { word: string; bad: boolean; mark: MarkKind };

type ExecutionRowProps = {
  view: ExecutionView;
  top: number;
  told: Told;
  onOpen(view: ExecutionView): void;
  onAgain(view: ExecutionView): void;
  onStop(view: ExecutionView): void;
};

export function ExecutionRow({ view, top, told, onOpen, onAgain, onStop }: ExecutionRowProps) {
  const { t } = useTranslation();
  const call = `${view.skill}.${view.method}`;
  const live = isLive(view.state);
  return (
    <li className={styles.row} style={{ transform: `translateY(${top}px)` }} data-state={view.state}>
      <button
        type="button"
        className={styles.open}
        onClick={() => onOpen(view)}
        data-testid="execution-row"
        data-state={view.state}
      >
        <StatusMark kind={told.mark} size={11} />
        <span className={styles.title}>
          <code>{call}</code>
          <bdi>{view.summary}</bdi>
        </span>
        <span className={styles.sub}>
          <b className={told.bad ? styles.bad : undefined}>{told.word}</b>
          <bdi>{view.error ?? ""}</bdi>
          <span>
            {clockTime(view.submittedAt)}
            {view.durationMs === null ? "" : ` · ${seconds(view.durationMs)}`}
          </span>
        </span>
      </button>
      {live ? (
        <AskIconButton
          asks="cancel"
          label={t("Stop {{call}}", { call })}
          onClick={() => onStop(view)}
          disabled={view.state === "stopping"}
          data-testid="execution-stop"
        >
          <Square size={12} strokeWidth={1.6} aria-hidden="true" />
        </AskIconButton>
      ) : (
        <AskIconButton
          asks="execute"
          label={t("Prepare {{call}} again", { call })}
          onClick={() => onAgain(view)}
          data-testid="execution-again"
        >
          <RotateCcw size={13} strokeWidth={1.5} aria-hidden="true" />
        </AskIconButton>
      )}
    </li>
  );
}
