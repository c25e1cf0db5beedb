/** A first command that harms nothing, in the form of a node where nothing was typed yet. */
import { methodsOf, nameOf } from "../features/execute/builtin";
import { beginWith } from "../features/execute/drafts";
import type { Console } from "../state/console";

const SHELL = "ShellSkill.run";

export function fillExample({ fleet, ui }: Console, ordinal: number): void {
  const node = fleet.node(ordinal);
  const method = node && methodsOf(node).find((one) => nameOf(one) === SHELL);
  if (!node || !method) return;
  ui.getState().set({ method: SHELL });
  const command = /win/i.test(node.platform) ? "ver" : "uname -a";
  beginWith(node.id, method, { command }, 30);
}
