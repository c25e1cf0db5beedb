/**
 * Fills in the form of one node without running anything: the end of a process, or what was run before once more.
 * Not here: the form (features/execute), running.
 */
import type { ExecutionView, JsonValue, NodeView } from "../bridge/types";
import { methodsOf, nameOf } from "../features/execute/builtin";
import { draftKey, filled, keepDraft, keptDraft } from "../features/execute/drafts";
import { t } from "../i18n";
import type { Console } from "../state/console";

const SHELL = "ShellSkill.run";
const USUAL_SECONDS = 30;
/** As long as a summary is told; a longer one was cut, and half a command is none. */
const SUMMARY = 200;

type Parameters = { [key: string]: JsonValue };

/** Whether a command that ends a process can be run there: in a shell, by the policy or by what it granted for a time. */
export function canStop(node: NodeView): boolean {
  const { policy } = node;
  const shell =
    policy === null ||
    policy.shell ||
    policy.grants.some(({ what, until }) => what === "shell" && Date.parse(until) > Date.now());
  return shell && methodsOf(node).some((method) => nameOf(method) === SHELL);
}

export function prepareStop(console: Console, node: NodeView, pid: number): void {
  const words = node.platform === "windows" ? ["taskkill", "/PID"] : ["kill", "-TERM"];
  fill(console, node, SHELL, { command: [...words, pid].join(" ") });
  console.news.toast(t("Prepared. Nothing runs before you press Run."));
}

export function prepareAgain(console: Console, node: NodeView, view: ExecutionView): void {
  const name = `${view.skill}.${view.method}`;
  const known = new TextEncoder().encode(view.summary).length < SUMMARY && view.summary !== "";
  const parameters = known ? fromSummary(name, view.summary) : null;
  fill(console, node, name, parameters);
  console.news.toast(
    parameters === null
      ? t("Its parameters are not kept whole. Fill them in, and run it.")
      : t("Prepared. Nothing runs before you press Run."),
  );
}

function fromSummary(name: string, summary: string): Parameters | null {
  if (name === SHELL) return { command: summary };
  return name.startsWith("FileSkill.") ? { path: summary } : null;
}

function fill(console: Console, node: NodeView, name: string, parameters: Parameters | null): void {
  const method = methodsOf(node).find((one) => nameOf(one) === name);
  if (method && parameters !== null) {
    const key = draftKey(node.id, method);
    keepDraft(key, filled(method.schema, parameters, keptDraft(key)?.timeoutSeconds ?? USUAL_SECONDS));
  }
  console.ui.getState().set({ method: name, tab: "execute" });
}
