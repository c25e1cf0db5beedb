/**
 * The methods of nodes that announce none: the prototype's dialect knows skills by name only, so their parameters
 * are written down here. A skill that nobody knows still gets a form: raw JSON.
 * Not here: methods announced by a node; those always win.
 */
import type { MethodView, NodeView } from "../../bridge/types";

/** `timeoutParameter`: where the prototype expects the timeout to be repeated among the parameters. */
export type OfferedMethod = MethodView & { timeoutParameter?: string };

const path = { type: "string", title: "Path", format: "path", minLength: 1 };

const KNOWN: Record<string, OfferedMethod[]> = {
  ShellSkill: [
    {
      skill: "ShellSkill",
      method: "run",
      title: "Run a command",
      effect: "destroy",
      timeoutParameter: "timeout",
      schema: {
        type: "object",
        required: ["command"],
        properties: { command: { type: "string", title: "Command", minLength: 1 } },
      },
    },
  ],
  FileSkill: [
    {
      skill: "FileSkill",
      method: "read_file",
      title: "Read a file",
      effect: "read",
      schema: { type: "object", required: ["path"], properties: { path } },
    },
    {
      skill: "FileSkill",
      method: "write_file",
      title: "Write a file",
      effect: "destroy",
      schema: {
        type: "object",
        required: ["path", "content"],
        properties: { path, content: { type: "string", title: "Content", format: "multiline" } },
      },
    },
    {
      skill: "FileSkill",
      method: "list_files",
      title: "List a directory",
      effect: "read",
      schema: { type: "object", properties: { path: { ...path, default: "." } } },
    },
  ],
};

export function methodsOf(node: Pick<NodeView, "methods" | "skills">): OfferedMethod[] {
  const announced: OfferedMethod[] = node.methods.map((method) => {
    if (method.schema !== null) return method;
    return KNOWN[method.skill]?.find((known) => known.method === method.method) ?? method;
  });
  const covered = new Set(announced.map((method) => method.skill));
  const assumed = node.skills.filter((skill) => !covered.has(skill)).flatMap((skill) => KNOWN[skill] ?? []);
  return [...announced, ...assumed];
}

/** Methods that every one of these nodes offers; where their schemas differ, the first node's is shown. */
export function sharedMethods(nodes: readonly Pick<NodeView, "methods" | "skills">[]): OfferedMethod[] {
  const [first, ...rest] = nodes;
  if (!first) return [];
  let shared = methodsOf(first);
  const seen = new Set<unknown>([first.methods]);
  for (const node of rest) {
    if (node.methods.length > 0 && seen.has(node.methods)) continue;
    seen.add(node.methods);
    const names = new Set(methodsOf(node).map(nameOf));
    shared = shared.filter((method) => names.has(nameOf(method)));
  }
  return shared;
}

export function nameOf(method: Pick<MethodView, "skill" | "method">): string {
  return `${method.skill}.${method.method}`;
}
