/** Joins the page of skills with what reads schemas, which lives with the form. Not here: either of them. */
import { methodsOf } from "../features/execute/builtin";
import { describe } from "../features/execute/describe";
import { SkillsView } from "../features/skills/SkillsView";

export function SkillsPage() {
  return <SkillsView methodsOf={methodsOf} describe={describe} />;
}
