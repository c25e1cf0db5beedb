/** What is over, newest first; read when it is looked at and when something changed. */
import { useEffect, useState } from "react";
import type { AlertView } from "../../bridge/types";
import { ago, fullTime, seconds } from "../../components/format";
import { Notice } from "../../components/Notice";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { ruleName } from "../../state/alertWords";
import { useAlerts, useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { plain } from "../../state/text";
import styles from "./Alerts.module.css";

const MOST = 200;

export function Past() {
  const { bridge } = useConsole();
  const board = useAlerts((s) => s.board);
  const [alerts, setAlerts] = useState<readonly AlertView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the board changed, something may be over
  useEffect(() => {
    let wanted = true;
    const query = { rule: null, severity: null, cause: null, node: null, skip: 0, limit: MOST } as const;
    bridge.alerts({ ...query, state: "resolved" }).then(
      (page) => wanted && setAlerts(page.alerts),
      (reason) => wanted && setProblem(problemText(reason)),
    );
    return () => {
      wanted = false;
    };
  }, [bridge, board]);
  if (problem !== null) return <Notice tone="problem">{problem}</Notice>;
  if (alerts?.length === 0)
    return <p className={styles.none}>{t("Nothing was over yet. What ends stands here for some time.")}</p>;
  return (
    <ul className={styles.rows}>
      {alerts?.map((alert) => (
        <li key={alert.id} className={styles.past} data-testid="past-alert">
          <StatusMark kind="online" />
          <span className={styles.what}>
            <b>
              <bdi>{plain(alert.subject.name, 120)}</bdi>
            </b>
            <span>{ruleName(plain(alert.rule, 120))}</span>
          </span>
          <span className={styles.when} title={fullTime(alert.resolvedAt ?? "")}>
            {t("over {{when}}", { when: ago(alert.resolvedAt ?? "") })}
          </span>
          <span className={styles.who}>{t("lasted {{time}}", { time: seconds(lasted(alert)) })}</span>
        </li>
      ))}
    </ul>
  );
}

function lasted({ since, resolvedAt }: AlertView): number {
  return Math.max(0, Date.parse(resolvedAt ?? "") - Date.parse(since)) || 0;
}
