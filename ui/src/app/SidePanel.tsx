/**
 * Decides what the right panel shows: a job's results, a selection, one node, or what needs attention; and joins
 * features that do not know each other (the drawer with its form and its output).
 */
import { useMemo } from "react";
import type { ExecutionView } from "../bridge/types";
import { counted } from "../components/format";
import { Notice } from "../components/Notice";
import { ApprovalsShort } from "../features/approvals/ApprovalsShort";
import { Asks } from "../features/approvals/Asks";
import { usePending } from "../features/approvals/usePending";
import { AttentionPanel } from "../features/attention/AttentionPanel";
import { methodsOf, sharedMethods } from "../features/execute/builtin";
import { ExecuteForm } from "../features/execute/ExecuteForm";
import { JobResults } from "../features/fanout/JobResults";
import { ManyPanel } from "../features/fanout/ManyPanel";
import { ExecutionList, type InWords } from "../features/jobs/ExecutionList";
import { WaitingShort } from "../features/join/WaitingShort";
import { NodeDrawer } from "../features/nodes/NodeDrawer";
import { OutputPane } from "../features/output/OutputPane";
import { markOf, tell } from "../features/output/outcome";
import { type Call, reachable, run, runOnMany } from "../state/commands";
import { useConsole, useExecutionsVersion, useFleet, useTrust, useUi } from "../state/hooks";
import { Status } from "../state/status";
import styles from "./App.module.css";

export const inWords: InWords = (view) => {
  const told = tell(view);
  return { word: told.word, bad: told.tone === "bad", mark: markOf(view) };
};

export function SidePanel() {
  const job = useUi((s) => s.job);
  const many = useUi((s) => s.selected.size > 0);
  const open = useUi((s) => s.open);
  const waiting = useTrust((s) => s.waiting.length);
  const asked = usePending().length;
  const label = job !== null ? "Job" : many ? "Selection" : open !== null ? "Node details" : "Needs attention";
  return (
    <aside className={styles.side} aria-label={label}>
      {job !== null ? (
        <JobResults jobKey={job} />
      ) : many ? (
        <Many />
      ) : open !== null ? (
        <OneNode key={open} ordinal={open} />
      ) : (
        <AttentionPanel
          waiting={{
            count: waiting + asked,
            list: (
              <>
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
  const executions = console.executions.ofNode(ordinal);
  const chosen = useUi((s) => s.shown.get(ordinal));
  const shown = chosen ?? executions[0]?.view.id ?? null;
  const show = (view: ExecutionView) => console.ui.getState().showExecution(ordinal, view.id);
  return (
    <NodeDrawer
      ordinal={ordinal}
      executionCount={executions.length}
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

function Many() {
  const console = useConsole();
  const { fleet, ui } = console;
  const selected = useUi((s) => s.selected);
  const version = useFleet((f) => f.versions.status + f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  const { targets, methods } = useMemo(() => {
    const list = reachable(console, selected);
    return {
      targets: list,
      methods: sharedMethods(list.map((ordinal) => fleet.node(ordinal)).filter((node) => node !== undefined)),
    };
  }, [console, fleet, selected, version]);
  const left = selected.size - targets.length;
  const start = (call: Call) => {
    const sites = [...new Set(targets.map((ordinal) => fleet.groupLabel(ordinal)))];
    const where = sites.length === 1 ? (sites[0] ?? "") : counted(sites.length, "site");
    ui.getState().set({ job: runOnMany(console, targets, call, where) });
  };
  const obstacle = targets.length === 0 ? "None of the selected nodes is online." : null;
  const notes = (
    <>
      <Asks node={null} />
      {left > 0 && targets.length > 0 && (
        <Notice testId="excluded">{counted(left, "offline node")} will be left out.</Notice>
      )}
    </>
  );
  return (
    <ManyPanel
      form={
        <ExecuteForm
          scope="many"
          methods={methods}
          targets={targets.length}
          obstacle={obstacle}
          notes={notes}
          onRun={start}
        />
      }
    />
  );
}
