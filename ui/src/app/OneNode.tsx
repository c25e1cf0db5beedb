/**
 * The panel of one node with the features that it joins: its form, its output, its executions, how logs are drawn.
 * Not here: which panel is shown (SidePanel).
 */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ExecutionView } from "../bridge/types";
import { Asks } from "../features/approvals/Asks";
import { methodsOf } from "../features/execute/builtin";
import { ExecuteForm } from "../features/execute/ExecuteForm";
import { Executions } from "../features/nodes/Executions";
import { useElsewhere } from "../features/nodes/elsewhere";
import type { DrawLog } from "../features/nodes/Logs";
import { MetricHistory } from "../features/nodes/MetricHistory";
import { NodeDrawer } from "../features/nodes/NodeDrawer";
import { LogView } from "../features/output/LogView";
import { OutputPane } from "../features/output/OutputPane";
import { NodeStop } from "../features/stop/NodeStop";
import { run, stop } from "../state/commands";
import type { Execution } from "../state/executions";
import { useConsole, useExecutionsVersion, useFleet, useUi } from "../state/hooks";
import { Status } from "../state/status";
import { inWords } from "./inWords";
import { canStop, prepareAgain, prepareStop } from "./prepare";

const drawLog: DrawLog = (log) => <LogView {...log} live={false} />;

/** What is heard of late may be old. */
function newestFirst(executions: Execution[]): Execution[] {
  return executions.sort((a, b) =>
    a.view.submittedAt < b.view.submittedAt ? 1 : a.view.submittedAt > b.view.submittedAt ? -1 : 0,
  );
}

export function OneNode({ ordinal }: { ordinal: number }) {
  const console = useConsole();
  const version = useExecutionsVersion();
  const node = useFleet((fleet) => fleet.node(ordinal));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the store holds
  const executions = useMemo(() => newestFirst(console.executions.ofNode(ordinal)), [console, ordinal, version]);
  const chosen = useUi((s) => s.shown.get(ordinal));
  const shown = chosen ?? executions[0]?.view.id ?? null;
  const missing = useElsewhere(node?.id ?? "", shown);
  if (!node) return null;
  const show = (view: ExecutionView) => console.ui.getState().showExecution(ordinal, view.id);
  return (
    <NodeDrawer
      ordinal={ordinal}
      executionCount={executions.length}
      drawLog={drawLog}
      onWindow={() => void console.bridge.openWindow(`node/${node.id}`)}
      history={<MetricHistory nodeId={node.id} ordinal={ordinal} />}
      onStopProcess={canStop(node) ? ({ pid }) => prepareStop(console, node, pid) : null}
      stop={<NodeStop node={node.id} name={node.name} />}
      execute={
        <>
          <OneForm ordinal={ordinal} onStarted={(id) => console.ui.getState().showExecution(ordinal, id)} />
          <OutputPane id={shown} />
        </>
      }
      executions={
        <Executions
          executions={executions}
          missing={missing}
          tell={inWords}
          onOpen={show}
          onAgain={(view) => prepareAgain(console, node, view)}
          onStop={(view) => void stop(console, view.id)}
        />
      }
    />
  );
}

function OneForm({ ordinal, onStarted }: { ordinal: number; onStarted(id: string): void }) {
  const { t } = useTranslation();
  const console = useConsole();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const offline = useFleet((fleet) => fleet.status[ordinal] === Status.Offline);
  const methods = useMemo(() => (node ? methodsOf(node) : []), [node]);
  if (!node) return null;
  const obstacle = offline
    ? t("{{name}} is offline. Nothing can be run on it until it is back.", { name: node.name })
    : null;
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
