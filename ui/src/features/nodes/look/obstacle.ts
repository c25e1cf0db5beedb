/** Why a node cannot be looked into, in words for people, with what to do. Not here: looking. */
import type { NodeView } from "../../../bridge/types";
import { t } from "../../../i18n";
import { SYSTEM } from "./useLook";

/** Null: it can. */
export function obstacle(node: NodeView, method: string): string | null {
  if (node.state === "offline")
    return t("It is offline. Its processes, services and logs can be seen once it is back.");
  if (node.methods.some((known) => known.skill === SYSTEM && known.method === method)) return null;
  if (node.dialect < 2)
    return t(
      "The prototype’s spore cannot be looked into. With a spore of ours this shows what happens on the machine.",
    );
  if (node.policy !== null && !allows(node.policy.methods, method))
    return t("The policy of this node does not allow {{call}}. Add it to `methods` in its policy file.", {
      call: `${SYSTEM}.${method}`,
    });
  return t("Its spore cannot be looked into: it is older, or SystemSkill is switched off there.");
}

function allows(rules: readonly string[], method: string): boolean {
  return rules.some((rule) => rule === "*" || rule === `${SYSTEM}.*` || rule === `${SYSTEM}.${method}`);
}

/** What a failed look says. */
export function failure(problem: string): string {
  return problem === "unreadable" ? t("The node answered something that cannot be read.") : problem;
}
