/**
 * The output of one execution as lines, bounded: at most 5,000 lines or 2 MB are kept, and every piece that is
 * missing (dropped here, or never arrived) leaves a visible mark. Chunks are ordered by number; repeats are ignored.
 * Not here: fetching older output (commands.ts), drawing (features/output).
 */
import type { OutputView } from "../bridge/types";
import { t } from "../i18n";
import { ControlStripper } from "./text";

export type Line = {
  atMs: number;
  stream: "stdout" | "stderr" | "note" | "gap";
  text: string;
};

const MAX_LINES = 5_000;
const MAX_CHARS = 2_000_000;
/** Lines are dropped in blocks, so that a flood does not shift an array for every line. */
const SLACK_LINES = 500;
const LONGEST_LINE = 4_096;

export class OutputBuffer {
  lines: Line[] = [];
  /** Lines dropped from the front because the buffer is bounded. */
  dropped = 0;
  /** Counts every change; lets a view know that it is stale. */
  version = 0;
  /** Number of the last chunk taken in, -1 before the first. */
  lastSeq = -1;
  /** The first chunk seen was not number 0, or some may have been missed: all of it is on the host only. */
  headMissing = false;
  #chars = 0;
  #open: { stream: Line["stream"]; restart: boolean } | null = null;
  #strippers = new Map<string, ControlStripper>();

  get chars(): number {
    return this.#chars;
  }

  append(chunk: OutputView): boolean {
    if (!Number.isInteger(chunk.seq) || chunk.seq <= this.lastSeq || typeof chunk.text !== "string") return false;
    if (this.lastSeq < 0 && chunk.seq > 0) this.headMissing = true;
    else if (this.lastSeq >= 0 && chunk.seq > this.lastSeq + 1) {
      const missing = chunk.seq - this.lastSeq - 1;
      this.#push({
        atMs: at(chunk),
        stream: "gap",
        text: t("{{count}} pieces of output missing", { count: missing }),
      });
    }
    this.lastSeq = chunk.seq;
    this.#write(chunk);
    this.#trim();
    this.version += 1;
    return true;
  }

  /** Starts over, for example before older output from the host is replayed. */
  clear(): void {
    this.lines = [];
    this.dropped = 0;
    this.lastSeq = -1;
    this.headMissing = false;
    this.#chars = 0;
    this.#open = null;
    this.#strippers.clear();
    this.version += 1;
  }

  text(): string {
    const head = this.dropped > 0 ? `[${t("{{count}} earlier lines not kept", { count: this.dropped })}]\n` : "";
    return head + this.lines.map((line) => (line.stream === "gap" ? `[${line.text}]` : line.text)).join("\n");
  }

  #write(chunk: OutputView): void {
    const stream = chunk.stream === "stderr" || chunk.stream === "note" ? chunk.stream : "stdout";
    const stripper = this.#strippers.get(stream) ?? new ControlStripper();
    this.#strippers.set(stream, stripper);
    const text = stripper.feed(chunk.text);
    if (this.#open && this.#open.stream !== stream) this.#open = null;
    let from = 0;
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : -1;
      if (code !== 0x0a && code !== 0x0d && code !== -1) continue;
      if (i > from) this.#extend(stream, text.slice(from, i), at(chunk));
      if (code === 0x0a) {
        if (i === from && !this.#open) this.#push({ atMs: at(chunk), stream, text: "" });
        this.#open = null;
      } else if (code === 0x0d && this.#open) this.#open.restart = true;
      from = i + 1;
    }
  }

  /** Adds to the unfinished line, or starts one; after a lone carriage return the line is written anew. */
  #extend(stream: Line["stream"], piece: string, atMs: number): void {
    const last = this.lines[this.lines.length - 1];
    let rest = piece;
    if (this.#open && last) {
      const base = this.#open.restart ? "" : last.text;
      const room = Math.max(0, LONGEST_LINE - base.length);
      const text = base + rest.slice(0, room);
      this.#chars += text.length - last.text.length;
      this.lines[this.lines.length - 1] = { ...last, text };
      this.#open.restart = false;
      rest = rest.slice(room);
    }
    while (rest.length > 0) {
      this.#push({ atMs, stream, text: rest.slice(0, LONGEST_LINE) });
      rest = rest.slice(LONGEST_LINE);
    }
    this.#open ??= { stream, restart: false };
  }

  #push(line: Line): void {
    this.lines.push(line);
    this.#chars += line.text.length + 1;
    if (line.stream === "gap") this.#open = null;
  }

  #trim(): void {
    let excess = this.lines.length > MAX_LINES + SLACK_LINES ? this.lines.length - MAX_LINES : 0;
    let chars = this.#chars;
    for (let i = 0; i < excess; i++) chars -= (this.lines[i]?.text.length ?? 0) + 1;
    while (chars > MAX_CHARS && excess < this.lines.length - 1) {
      chars -= (this.lines[excess]?.text.length ?? 0) + 1;
      excess += 1;
    }
    if (excess === 0) return;
    this.lines = this.lines.slice(excess);
    this.#chars = chars;
    this.dropped += excess;
  }
}

function at(chunk: OutputView): number {
  return Number.isFinite(chunk.atMs) && chunk.atMs >= 0 ? chunk.atMs : 0;
}
