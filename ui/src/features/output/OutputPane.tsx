/**
 * One execution as it happens: its state in honest words, a clock with Stop beside it, its output and its result.
 * Not here: starting anything (features/execute), lists of executions (features/jobs).
 */
import { FileDown } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { bytes } from "../../components/format";
import { Notice } from "../../components/Notice";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { fetchOutput, stop } from "../../state/commands";
import { type Execution, isLive, lacksOutput } from "../../state/executions";
import { useConsole, useExecution } from "../../state/hooks";
import { type Line, OutputBuffer } from "../../state/output";
import { problemText } from "../../state/problem";
import { LogView, OutputLine } from "./LogView";
import styles from "./OutputPane.module.css";
import { elapsed, markOf, tell } from "./outcome";

export function OutputPane({ id }: { id: string | null }) {
  const { t } = useTranslation();
  const console = useConsole();
  const execution = useExecution(id);
  const lacking = execution !== undefined && lacksOutput(execution);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what begins to lack while it is shown is fetched too
  useEffect(() => {
    if (id !== null) void fetchOutput(console, id);
  }, [console, id, lacking]);
  if (!execution) return <section className={styles.pane} aria-label={t("Output")} />;
  const { view } = execution;
  const told = tell(view, execution.output.lastSeq >= 0);
  const live = isLive(view.state);
  return (
    <section className={styles.pane} aria-label={t("Output")} data-execution={view.id}>
      <div className={styles.head}>
        <StatusMark kind={markOf(view)} />
        <span
          className={`${styles.word} ${told.tone === "bad" ? styles.bad : ""}`}
          data-testid="execution-state"
          data-state={view.state}
        >
          {told.word}
        </span>
        <Clock execution={execution} live={live} />
        <bdi className={styles.command} title={view.summary}>
          {view.summary}
        </bdi>
        <span className={styles.space} />
        {live && (
          <AskButton
            asks="cancel"
            small
            onClick={() => void stop(console, view.id)}
            disabled={view.state === "stopping"}
            data-testid="stop"
          >
            {t("Stop")}
          </AskButton>
        )}
      </div>
      {told.explanation && (
        <div className={styles.explanation}>
          <Notice tone={told.tone === "bad" ? "problem" : "plain"} testId="execution-explanation">
            {told.explanation}
          </Notice>
        </div>
      )}
      <Body execution={execution} live={live} />
      <div className={styles.foot}>
        <span data-testid="output-facts">{facts(execution)}</span>
        <span className={styles.space} />
        <Download execution={execution} />
        <CopyButton text={() => copyText(execution)} testId="copy-output" />
      </div>
    </section>
  );
}

function Body({ execution, live }: { execution: Execution; live: boolean }) {
  const { t } = useTranslation();
  const { view, output } = execution;
  const label = t("Output of {{call}} on {{node}}", { call: `${view.skill} ${view.method}`, node: view.nodeName });
  const line = (one: Line, last: boolean) => <OutputLine line={one} caret={live && last} />;
  if (output.lines.length > 0) return <LogView key={view.id} output={output} live={live} label={label} line={line} />;
  if (execution.waiting) return <p className={styles.empty}>{t("Reading the output…")}</p>;
  if (view.result !== null && !live)
    return (
      <LogView
        key={`${view.id} result`}
        output={resultBuffer(view.id, view.result)}
        live={false}
        label={label}
        line={line}
      />
    );
  return <p className={styles.empty}>{live ? t("No output yet.") : t("It wrote nothing.")}</p>;
}

/** All that is kept of it as a file, which may be more than the window holds. */
function Download({ execution: { view, output } }: { execution: Execution }) {
  const { bridge, news } = useConsole();
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  if (view.outputBytes === 0 && output.lines.length === 0) return null;
  const save = async () => {
    setBusy(true);
    try {
      const file = await bridge.saveExport({ kind: "output", executionId: view.id });
      news.toast(t("Written to {{file}}", { file }));
    } catch (reason) {
      news.toast(t("The output was not written: {{problem}}", { problem: problemText(reason) }), "problem");
    }
    setBusy(false);
  };
  return (
    <Button look="bare" small disabled={busy} onClick={() => void save()} data-testid="download-output">
      <FileDown size={14} strokeWidth={1.5} aria-hidden="true" /> {t("Download")}
    </Button>
  );
}

/** The clock runs only while the execution does. */
function Clock({ execution, live }: { execution: Execution; live: boolean }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!live) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [live]);
  return <span className={styles.clock}>{elapsed(execution.view, now)}</span>;
}

function facts({ view, output }: Execution): string {
  const lines = output.lines.length + output.dropped;
  // The host tells the size at the end; what it says in between is old.
  const size = view.finishedAt === null ? 0 : view.outputBytes;
  return lines === 0
    ? size > 0
      ? bytes(size)
      : ""
    : `${t("{{count}} lines", { count: lines })}${size > 0 ? ` · ${bytes(size)}` : ""}`;
}

function copyText({ view, output }: Execution): string {
  return output.lines.length > 0 ? output.text() : resultText(view.result ?? "");
}

const results = new Map<string, OutputBuffer>();

function resultBuffer(id: string, result: string): OutputBuffer {
  let buffer = results.get(id);
  if (!buffer) {
    if (results.size > 50) results.clear();
    buffer = new OutputBuffer();
    buffer.append({ executionId: id, seq: 0, stream: "stdout", text: resultText(result), atMs: 0 });
    results.set(id, buffer);
  }
  return buffer;
}

/** A result that is one JSON string is shown as that text, anything else as JSON, one member in a line. */
function resultText(result: string): string {
  try {
    const value: unknown = JSON.parse(result);
    return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  } catch {
    return result;
  }
}
