/**
 * Decides what the right panel shows: a job's results, a selection, one node, or what needs attention.
 * Not here: what each of them joins (OneNode, ManySide).
 */
import { useTranslation } from "react-i18next";
import { ApprovalsShort } from "../features/approvals/ApprovalsShort";
import { usePending } from "../features/approvals/usePending";
import { AttentionPanel } from "../features/attention/AttentionPanel";
import { GatesShort } from "../features/jobs/GatesShort";
import { JobPanel } from "../features/jobs/JobPanel";
import { WaitingShort } from "../features/join/WaitingShort";
import { MetricHistory } from "../features/nodes/MetricHistory";
import { PastPanel } from "../features/time/PastPanel";
import { t } from "../i18n";
import { useConsole, useFleet, useReplay, useTrust, useUi } from "../state/hooks";
import styles from "./App.module.css";
import { ManySide } from "./ManySide";
import { OneNode } from "./OneNode";
import { useGateCount } from "./waiting";

export function SidePanel() {
  const job = useUi((s) => (s.page === "jobs" ? null : s.job));
  const many = useUi((s) => s.selected.size > 0);
  const open = useUi((s) => s.open);
  const waiting = useTrust((s) => s.waiting.length);
  const asked = usePending().length;
  const gates = useGateCount();
  const past = useReplay((s) => s.at !== null);
  const label =
    job !== null ? t("Job") : many ? t("Selection") : open !== null ? t("Node details") : t("Needs attention");
  if (past) return <PastSide />;
  return (
    <aside className={styles.side} aria-label={label}>
      {job !== null ? (
        <JobPanel id={job} />
      ) : many ? (
        <ManySide />
      ) : open !== null ? (
        <OneNode key={open} ordinal={open} />
      ) : (
        <AttentionPanel
          waiting={{
            count: waiting + asked + gates,
            list: (
              <>
                <GatesShort />
                <ApprovalsShort />
                <WaitingShort />
              </>
            ),
          }}
        />
      )}
    </aside>
  );
}

/** While the map shows another time, nothing stands beside it that acts on this one. */
function PastSide() {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const open = useUi((s) => s.open);
  const at = useReplay((s) => s.past?.atMs ?? s.at);
  const node = useFleet((fleet) => (open === null ? undefined : fleet.node(open)));
  return (
    <aside className={styles.side} aria-label={t("The fleet at another time")}>
      <PastPanel
        curves={
          node && (
            <MetricHistory
              nodeId={node.id}
              ordinal={node.ordinal}
              markMs={at}
              onLook={(moment) => replay.getState().seek(moment)}
            />
          )
        }
      />
    </aside>
  );
}
