/** How an execution stands, for lists that only show it. Not here: the words themselves (features/output). */
import type { InWords } from "../features/jobs/ExecutionList";
import { markOf, tell } from "../features/output/outcome";

export const inWords: InWords = (view) => {
  const told = tell(view);
  return { word: told.word, bad: told.tone === "bad", mark: markOf(view) };
};
