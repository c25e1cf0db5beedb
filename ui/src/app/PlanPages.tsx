/**
 * The page of jobs: schedules and runbooks with the forms of calls, which live in a feature of their own. A call of a schedule is for
 * whoever is meant at that time, so its form offers every method that somebody in the swarm has.
 */
import { useEffect, useMemo } from "react";
import type { JobRequest, RunbookView } from "../bridge/types";
import { methodsOf, nameOf, type OfferedMethod } from "../features/execute/builtin";
import { beginWith } from "../features/execute/drafts";
import { ExecuteForm } from "../features/execute/ExecuteForm";
import { JobsView } from "../features/jobs/JobsView";
import { Runbooks } from "../features/runbooks/Runbooks";
import { type CallForm, Schedules } from "../features/schedules/Schedules";
import type { Call } from "../state/commands";
import { useConsole, useFleet } from "../state/hooks";
import { PLAIN_POLICY, requestOf } from "../state/policy";
import { inWords } from "./inWords";

const NOBODY = {
  target: "",
  targetsSha256: "",
  count: 0,
  online: 0,
  offline: 0,
  effect: null,
  confirm: false,
  ordinals: [],
  refused: [],
};

/** Jobs, and what makes them by itself. */
export function JobsPage() {
  return <JobsView inWords={inWords} schedules={<SchedulesPage />} runbooks={<RunbooksPage />} />;
}

function SchedulesPage() {
  return (
    <Schedules
      callForm={(given) => <ScheduledCall {...given} />}
      parameterForm={(given) => <RunbookParameters {...given} />}
    />
  );
}

function RunbooksPage() {
  return <Runbooks parameterForm={(given) => <RunbookParameters {...given} />} />;
}

function ScheduledCall({ scope, job, onCall }: Parameters<CallForm>[0]) {
  const { ui } = useConsole();
  const methods = useAllMethods();
  useMemo(() => prefill(scope, methods, job), [scope, methods, job]);
  useEffect(() => {
    if (job) ui.getState().set({ method: `${job.skill}.${job.method}` });
  }, [ui, job]);
  // What the job has besides its call stays as it was.
  const onRun = (call: Call) => {
    const made = { ...requestOf(call, NOBODY, [], PLAIN_POLICY), nodeIds: null, targetsSha256: null };
    const { skill, method, parameters, timeoutSeconds } = call;
    onCall(
      job === null ? made : { ...job, skill, method, parameters, timeoutSeconds, nodeIds: null, targetsSha256: null },
    );
  };
  return <ExecuteForm scope={scope} methods={methods} targets={1} obstacle={null} later verb="Save" onRun={onRun} />;
}

type ParametersProps = {
  scope: string;
  runbook: RunbookView;
  verb: string;
  onParameters(parameters: JobRequest["parameters"]): void;
};

function RunbookParameters({ scope, runbook, verb, onParameters }: ParametersProps) {
  const methods = useMemo<OfferedMethod[]>(
    () => [
      {
        skill: "runbook",
        method: `${runbook.name} ${runbook.version}`,
        title: runbook.title,
        effect: "change",
        schema: runbook.parameters,
      },
    ],
    [runbook],
  );
  return (
    <ExecuteForm
      scope={scope}
      methods={methods}
      targets={1}
      obstacle={null}
      later
      bare
      verb={verb}
      onRun={(call) => onParameters(call.parameters)}
    />
  );
}

/** Every method that somebody has, once; of equal names the first one's schema. */
function useAllMethods(): OfferedMethod[] {
  const { fleet } = useConsole();
  const version = useFleet((f) => f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  return useMemo(() => {
    const byName = new Map<string, OfferedMethod>();
    const seen = new Set<unknown>();
    for (const ordinal of fleet.ordinals()) {
      const node = fleet.node(ordinal);
      if (!node || (node.methods.length > 0 && seen.has(node.methods))) continue;
      seen.add(node.methods);
      for (const method of methodsOf(node)) if (!byName.has(nameOf(method))) byName.set(nameOf(method), method);
    }
    return [...byName.values()];
  }, [fleet, version]);
}

/** The form of a call that was made before begins with what it was made with. */
function prefill(scope: string, methods: readonly OfferedMethod[], job: JobRequest | null): void {
  const method = methods.find((one) => one.skill === job?.skill && one.method === job.method);
  if (job && method) beginWith(scope, method, job.parameters, job.timeoutSeconds);
}
