/**
 * Output of a group as lines that are safe to show: the same stripping and the same rules for carriage returns as for
 * output that streams. A diff keeps its marks apart from the text, so that text cannot pretend to be one.
 */
import { OutputBuffer } from "../../state/output";
import { ControlStripper } from "../../state/text";

export type DiffLine = { sign: " " | "+" | "-" | "@"; text: string };
const LONGEST = 4096;

export function linesOf(text: string): string[] {
  const buffer = new OutputBuffer();
  buffer.append({ executionId: "", seq: 0, stream: "stdout", text, atMs: 0 });
  return buffer.lines.map((line) => line.text);
}

export function diffOf(text: string): DiffLine[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const told: DiffLine[] = lines
    .filter((line) => !line.startsWith("--- ") && !line.startsWith("+++ ") && !line.startsWith("\\ "))
    .map((line): DiffLine => {
      const sign = line[0] === "+" || line[0] === "-" || line[0] === "@" ? line[0] : " ";
      return { sign, text: sign === "@" ? "" : stripped(line.slice(1)) };
    });
  // Where the first part begins is of interest to nobody.
  return told[0]?.sign === "@" ? told.slice(1) : told;
}

function stripped(line: string): string {
  return new ControlStripper().feed(line.slice(0, LONGEST)).replaceAll("\r", "");
}
