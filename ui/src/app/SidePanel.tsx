/**
 * Decides what the right panel shows: a job's results, a selection, one node, or what needs attention; and joins
 * features that do not know each other (the drawer with its form and its output).
 */
import { useMemo } from "react";
import type { ExecutionView } from "../bridge/types";
import { ApprovalsShort } from "../features/approvals/ApprovalsShort";
import { Asks } from "../features/approvals/Asks";
import { usePending } from "../features/approvals/usePending";
import { AttentionPanel } from "../features/attention/AttentionPanel";
import { methodsOf } from "../features/execute/builtin";
import { ExecuteForm } from "../features/execute/ExecuteForm";
import { ExecutionList, type InWords } from "../features/jobs/ExecutionList";
import { GatesShort } from "../features/jobs/GatesShort";
import { JobPanel } from "../features/jobs/JobPanel";
import { WaitingShort } from "../features/join/WaitingShort";
import { NodeDrawer } from "../features/nodes/NodeDrawer";
import { OutputPane } from "../features/output/OutputPane";
import { markOf, tell } from "../features/output/outcome";
import { NodeStop } from "../features/stop/NodeStop";
import { run } from "../state/commands";
import { useConsole, useExecutionsVersion, useFleet, useTrust, useUi } from "../state/hooks";
import { Status } from "../state/status";
import styles from "./App.module.css";
import { ManySide } from "./ManySide";
import { useGateCount } from "./waiting";

export const inWords: InWords = (view) => {
  const told = tell(view);
  return { word: told.word, bad: told.tone === "bad", mark: markOf(view) };
};

export function SidePanel() {
  const job = useUi((s) => (s.page === "jobs" ? null : s.job));
  const many = useUi((s) => s.selected.size > 0);
  const open = useUi((s) => s.open);
  const waiting = useTrust((s) => s.waiting.length);
  const asked = usePending().length;
  const gates = useGateCount();
  const label = job !== null ? "Job" : many ? "Selection" : open !== null ? "Node details" : "Needs attention";
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

function OneNode({ ordinal }: { ordinal: number }) {
  const console = useConsole();
  useExecutionsVersion();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const executions = console.executions.ofNode(ordinal);
  const chosen = useUi((s) => s.shown.get(ordinal));
  const shown = chosen ?? executions[0]?.view.id ?? null;
  const show = (view: ExecutionView) => console.ui.getState().showExecution(ordinal, view.id);
  return (
    <NodeDrawer
      ordinal={ordinal}
      executionCount={executions.length}
      stop={<NodeStop node={node?.id ?? ""} name={node?.name ?? ""} />}
      execute={
        <>
          <OneForm ordinal={ordinal} onStarted={(id) => console.ui.getState().showExecution(ordinal, id)} />
          <OutputPane id={shown} />
        </>
      }
      executions={
        <ExecutionList
          executions={executions}
          inWords={inWords}
          named={false}
          empty="Nothing was run on this node yet."
          onOpen={show}
        />
      }
    />
  );
}

function OneForm({ ordinal, onStarted }: { ordinal: number; onStarted(id: string): void }) {
  const console = useConsole();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const offline = useFleet((fleet) => fleet.status[ordinal] === Status.Offline);
  const methods = useMemo(() => (node ? methodsOf(node) : []), [node]);
  if (!node) return null;
  const obstacle = offline ? `${node.name} is offline. Nothing can be run on it until it is back.` : null;
  return (
    <ExecuteForm
      scope={node.id}
      methods={methods}
      targets={1}
      obstacle={obstacle}
      notes={<Asks node={node.id} />}
      onRun={(call) => onStarted(run(console, ordinal, call))}
    />
  );
}
