/**
 * The targets of a job one by one: state, attempt, how it ended, how long it took, when it is tried again. A page at a
 * time; Enter or a click opens the node with the output. Not here: reading them (useJob.ts).
 */
import { useState } from "react";
import type { JobView, TargetState, TargetView } from "../../bridge/types";
import { type DataColumn, DataList } from "../../components/DataList";
import { bytes, count, remaining, seconds } from "../../components/format";
import { Notice } from "../../components/Notice";
import { StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { openTarget } from "../../state/jobCommands";
import { plain } from "../../state/text";
import styles from "./Targets.module.css";
import { useTargets } from "./useJob";
import { targetMark, targetWord } from "./words";

const columns = (): readonly DataColumn<TargetView>[] => [
  {
    key: "node",
    title: t("Node"),
    width: "minmax(120px, 1fr)",
    tone: "strong",
    cell: ({ nodeName }) => <bdi>{plain(nodeName, 120)}</bdi>,
  },
  { key: "state", title: t("State"), width: "150px", cell: ({ state }) => <State state={state} /> },
  {
    key: "attempt",
    title: t("Attempt"),
    width: "72px",
    tone: "quiet",
    cell: ({ attempts }) => (attempts > 0 ? count(attempts) : ""),
  },
  { key: "end", title: t("How it ended"), width: "minmax(120px, 2.2fr)", cell: (target) => <Ended target={target} /> },
  {
    key: "time",
    title: t("Time"),
    width: "84px",
    tone: "quiet",
    cell: ({ durationMs }) => (durationMs === null ? "" : seconds(durationMs)),
  },
  {
    key: "output",
    title: t("Output"),
    width: "84px",
    tone: "quiet",
    cell: ({ outputBytes }) => (outputBytes > 0 ? bytes(outputBytes) : ""),
  },
  {
    key: "next",
    title: t("Next try"),
    untitled: true,
    width: "110px",
    tone: "quiet",
    cell: ({ nextTryAt }) => nextTryAt !== null && <NextTry at={nextTryAt} />,
  },
];

export function Targets({ job, chosen }: { job: JobView; chosen: ReadonlySet<TargetState> }) {
  const console = useConsole();
  const { value, problem, loading, onMore } = useTargets(job, [...chosen]);
  const [cursor, setCursor] = useState<number | null>(null);
  const open = (target: TargetView) => {
    setCursor(target.index);
    openTarget(console, job.id, target);
  };
  return (
    <>
      {problem && (
        <div className={styles.problem}>
          <Notice tone="problem">{t("The targets cannot be read: {{problem}}", { problem })}</Notice>
        </div>
      )}
      <DataList
        label={t("Targets")}
        columns={columns()}
        items={value.rows}
        keyOf={({ index }) => index}
        cursor={cursor}
        onCursor={({ index }) => setCursor(index)}
        onOpen={open}
        loading={loading}
        more={value.more}
        onMore={onMore}
        empty={loading ? t("Reading the targets…") : t("No target is in these states. Choose others above.")}
        testId="targets"
        rowTestId="target-row"
        rowData={({ state }) => ({ "data-state": state })}
      />
    </>
  );
}

function State({ state }: { state: TargetState }) {
  const mark = targetMark(state);
  return (
    <span className={`${styles.state} ${mark === "critical" ? styles.bad : ""}`}>
      <StatusMark kind={mark} size={10} />
      {targetWord(state)}
    </span>
  );
}

function Ended({ target: { error, exitCode, fromCache } }: { target: TargetView }) {
  return (
    <span className={styles.error}>
      {error === null ? (exitCode === null ? "" : t("code {{code}}", { code: exitCode })) : plain(error, 300)}
      {fromCache && <em>{t("from cache")}</em>}
    </span>
  );
}

function NextTry({ at }: { at: string }) {
  const now = useNow();
  return <>{Date.parse(at) <= now ? t("tried again now") : t("again in {{left}}", { left: remaining(at, now) })}</>;
}
