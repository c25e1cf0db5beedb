/**
 * Running something on a selection: joins the panel of the selection, the form of a call and the policy, and sends it
 * all as one job with the hash of the set that was shown. When the set moved meanwhile, the new one is shown first.
 */
import { useEffect, useMemo, useState } from "react";
import type { ResolvedView } from "../bridge/types";
import { Notice } from "../components/Notice";
import { Asks } from "../features/approvals/Asks";
import { nameOf, sharedMethods } from "../features/execute/builtin";
import { ExecuteForm } from "../features/execute/ExecuteForm";
import { How } from "../features/fanout/How";
import { ManyPanel } from "../features/fanout/ManyPanel";
import { t } from "../i18n";
import type { Call } from "../state/commands";
import { useConsole, useFleet, useUi } from "../state/hooks";
import { type Asked, startJob } from "../state/jobCommands";
import { PLAIN_POLICY, type Policy, policyProblem, requestOf } from "../state/policy";
import { Status } from "../state/status";
import { useTarget } from "../state/useTarget";

export function ManySide() {
  const console = useConsole();
  const chosen = useChosen();
  const method = useUi((s) => s.method);
  const target = useUi((s) => s.target);
  const [skill = "", name = ""] = method.split(".");
  const call = { skill: skill === "" ? null : skill, method: name === "" ? null : name };
  const aim = useTarget(
    target === "" ? { target: null, nodeIds: chosen.ids, ...call } : { target, nodeIds: null, ...call },
  );
  const [policy, setPolicy] = useState<Policy>(PLAIN_POLICY);
  const [asked, setAsked] = useState<Asked | null>(null);
  useShown(aim.resolved?.ordinals ?? null, target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was said is about the set that was chosen then
  useEffect(() => setAsked((said) => (said?.kind === "changed" ? said : null)), [chosen.key, method]);

  const { resolved } = aim;
  const count = resolved?.count ?? chosen.ids.length;
  const slots = /^\d+$/.test(policy.any.trim()) ? Number(policy.any) : null;
  const effect = resolved?.effect ?? chosen.methods.find((one) => nameOf(one) === method)?.effect ?? "destroy";
  const problem = policyProblem(policy, count, effect);
  const start = async (wanted: Call, typed: number | null) => {
    if (resolved === null) return;
    const request = { ...requestOf(wanted, resolved, chosen.ids, policy), confirmCount: typed };
    const answer = await startJob(console, request, wanted);
    setAsked(answer);
    if (answer.kind === "changed") aim.again();
  };
  const offline = resolved?.offline ?? chosen.offline;
  const obstacle =
    aim.problem ??
    (count > 0 && offline === count && policy.offline === "skip"
      ? t("None of the selected nodes is online. Under “How it runs” you can wait for them.")
      : null);
  return (
    <ManyPanel
      aim={resolved}
      form={
        <ExecuteForm
          scope="many"
          methods={chosen.methods}
          targets={slots ?? count}
          effect={effect}
          ready={resolved !== null && problem === null}
          obstacle={obstacle}
          aside={slots === null ? "" : t("any of {{n}}", { n: count })}
          notes={
            <Notes
              asked={asked}
              resolved={resolved}
              count={count}
              offline={offline}
              skipped={policy.offline === "skip"}
            />
          }
          how={<How policy={policy} effect={effect} problem={problem} onChange={setPolicy} />}
          onRun={(wanted, typed) => void start(wanted, typed)}
        />
      }
    />
  );
}

type NotesProps = {
  asked: Asked | null;
  resolved: ResolvedView | null;
  count: number;
  offline: number;
  /** Those that are offline are left out, not waited for. */
  skipped: boolean;
};

function Notes({ asked, resolved, count, offline, skipped }: NotesProps) {
  return (
    <>
      <Asks node={null} />
      <Said asked={asked} />
      {offline > 0 && offline < count && (
        <Notice testId="excluded">
          {skipped
            ? t("{{count}} offline nodes will be left out.", { count: offline })
            : t("{{count}} offline nodes will be waited for.", { count: offline })}
        </Notice>
      )}
      {resolved !== null && resolved.refused.length > 0 && (
        <Notice tone="warning" testId="cannot">
          {t("{{count}} nodes cannot take this: {{name}}, {{why}}", {
            count: resolved.refused.length,
            name: resolved.refused[0]?.nodeName,
            why: resolved.refused[0]?.why,
          })}
        </Notice>
      )}
    </>
  );
}

function Said({ asked }: { asked: Asked | null }) {
  if (asked === null) return null;
  switch (asked.kind) {
    case "accepted":
    case "approval":
      return null;
    case "changed":
      return (
        <Notice tone="warning" testId="set-changed">
          {t(
            "Nothing was run: other nodes are meant by now, {{count}} in all. They are shown here; look at them, and run it if that is right.",
            { count: asked.count },
          )}
        </Notice>
      );
    case "problem":
      return (
        <Notice tone="problem" testId="ask-problem">
          {asked.text}
        </Notice>
      );
  }
}

/** The selection as the host knows it, and what all of it that can be reached has in common. */
function useChosen() {
  const { fleet } = useConsole();
  const selected = useUi((s) => s.selected);
  const version = useFleet((f) => f.versions.status + f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  return useMemo(() => {
    const nodes = [...selected]
      .sort((a, b) => a - b)
      .map((ordinal) => fleet.node(ordinal))
      .filter((node) => node !== undefined);
    const reachable = nodes.filter((node) => fleet.status[node.ordinal] !== Status.Offline);
    const ids = nodes.map(({ id }) => id);
    return {
      ids,
      key: ids.join(),
      offline: nodes.length - reachable.length,
      methods: sharedMethods(reachable.length > 0 ? reachable : nodes),
    };
  }, [fleet, selected, version]);
}

/** An expression that means other nodes than are selected by now: the selection follows it. */
function useShown(ordinals: readonly number[] | null, target: string): void {
  const { ui } = useConsole();
  useEffect(() => {
    if (ordinals === null || target === "") return;
    const { selected, target: now, select } = ui.getState();
    if (now !== target) return;
    if (selected.size === ordinals.length && ordinals.every((ordinal) => selected.has(ordinal))) return;
    select(ordinals, false, target);
  }, [ui, ordinals, target]);
}
