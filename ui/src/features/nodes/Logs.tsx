/**
 * The log of a node: the journal or a file, filtered by the node, followed while somebody reads.
 * Not here: asking (look/useLog.ts), the lines of executions (features/output).
 */
import { Pause, Play } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Notice } from "../../components/Notice";
import styles from "./Logs.module.css";
import { LogFilters } from "./look/LogFilters";
import { LogText } from "./look/LogText";
import type { LogBuffer, LogLine, LogWish } from "./look/log";
import { failure, obstacle } from "./look/obstacle";
import { useLog } from "./look/useLog";

/** How lines are drawn, which is another feature's business. */
export type DrawLog = (log: { output: LogBuffer; label: string; line(line: LogLine): ReactNode }) => ReactNode;

type LogsProps = { node: NodeView; wish: LogWish; onWish(wish: LogWish): void; draw: DrawLog };

export function Logs({ node, wish, onWish, draw }: LogsProps) {
  const { t } = useTranslation();
  const why = obstacle(node, "logs");
  if (why !== null)
    return (
      <section className={styles.blocked} aria-label={t("Logs")}>
        <Notice testId="look-obstacle">{why}</Notice>
      </section>
    );
  return <Reading node={node} wish={wish} onWish={onWish} draw={draw} />;
}

function Reading({ node, wish, onWish, draw }: LogsProps) {
  const { t } = useTranslation();
  const [follow, setFollow] = useState(true);
  const log = useLog(node.id, wish, true, follow);
  const { buffer, problem, waiting } = log;
  const label = t("Log of {{name}}", { name: node.name });
  return (
    <section className={styles.logs} aria-label={t("Logs")} data-testid="logs">
      <LogFilters node={node.id} services={obstacle(node, "services") === null} wish={wish} onWish={onWish} />
      {problem !== null && (
        <div className={styles.notice}>
          <Notice tone="problem" testId="log-problem">
            {failure(problem)}
          </Notice>
        </div>
      )}
      {buffer.lines.length > 0 ? (
        draw({ output: buffer, label, line: (line) => <LogText line={line} search={wish.search} /> })
      ) : (
        <p className={styles.empty}>
          {problem !== null ? "" : <Empty wish={wish} waiting={waiting} note={log.note} />}
        </p>
      )}
      <div className={styles.foot}>
        <Button small look="bare" aria-pressed={follow} onClick={() => setFollow(!follow)} data-testid="follow-log">
          {follow ? (
            <Pause size={13} strokeWidth={1.5} aria-hidden="true" />
          ) : (
            <Play size={13} strokeWidth={1.5} aria-hidden="true" />
          )}
          {follow ? t("Pause") : t("Follow")}
        </Button>
        <span className={styles.count} data-testid="log-count">
          {t("{{count}} lines", { count: buffer.lines.length + buffer.dropped })}
          {log.more && ` · ${t("older ones are on the node")}`}
        </span>
        <CopyButton text={() => buffer.text()} testId="copy-log" />
      </div>
    </section>
  );
}

function Empty({ wish, waiting, note }: { wish: LogWish; waiting: boolean; note: string }) {
  const { t } = useTranslation();
  if (wish.source === "file" && wish.path.trim() === "") return t("Name a file under /var/log to read it.");
  if (waiting) return t("Reading the log…");
  return note === "" ? t("Nothing in the log fits.") : note;
}
