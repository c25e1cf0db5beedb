/**
 * A text with things in it that are more than text: names, code, emphasis. `phrase("Stopped by <who/>", { who: … })`.
 * Only a count is ever put into the text itself, so that no name can bring marks of its own.
 * Not here: plain texts (index.ts).
 */
import { Fragment, type ReactNode } from "react";
import { t } from ".";

type Part = ReactNode | ((inner: string) => ReactNode);

const MARK = /<(\w+)\/>|<(\w+)>([^<]*)<\/\2>/g;

export function phrase(
  key: string,
  parts: Readonly<Record<string, Part>>,
  how: { count?: number; context?: string } = {},
): ReactNode {
  const text = t(key, how);
  const said: ReactNode[] = [];
  let from = 0;
  for (const mark of text.matchAll(MARK)) {
    const part = parts[mark[1] ?? mark[2] ?? ""];
    said.push(text.slice(from, mark.index), typeof part === "function" ? part(mark[3] ?? "") : (part ?? mark[3]));
    from = mark.index + mark[0].length;
  }
  said.push(text.slice(from));
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text do not move
  return said.map((part, i) => <Fragment key={i}>{part}</Fragment>);
}
