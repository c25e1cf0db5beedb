/**
 * Makes text that came from a node safe to show: terminal control sequences, C0/C1 controls and bidirectional
 * overrides are removed, so that output can neither hide nor reorder what the operator reads.
 * The stripper keeps its state between chunks, because a sequence may be cut in half by a chunk's end.
 * Not here: line splitting (output.ts), colours (dropped on purpose), HTML (never produced anywhere).
 */

enum At {
  Ground,
  Escape,
  Intermediate,
  Csi,
  Text,
  TextEscape,
}

/** A string sequence (OSC, DCS…) that does not end is given up after this many characters, so it cannot swallow a log. */
const LONGEST_SEQUENCE = 4096;

export class ControlStripper {
  #at: At = At.Ground;
  #length = 0;

  /** Keeps newline, tab and carriage return; everything else that controls a terminal disappears. */
  feed(text: string): string {
    if (this.#at === At.Ground && !NEEDS_CARE.test(text)) return text;
    let kept = "";
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#at === At.Ground) {
        if (isPlain(code)) continue;
        kept += text.slice(from, i);
        from = i + 1;
        this.#enter(code);
      } else {
        from = i + 1;
        if (this.#inside(code)) from = i;
      }
    }
    return this.#at === At.Ground ? kept + text.slice(from) : kept;
  }

  #enter(code: number): void {
    this.#length = 0;
    if (code === 0x1b) this.#at = At.Escape;
    else if (code === 0x9b) this.#at = At.Csi;
    else if (code === 0x9d || code === 0x90 || code === 0x98 || code === 0x9e || code === 0x9f) this.#at = At.Text;
  }

  /** One character within a sequence; true when the character belongs to the text after all. */
  #inside(code: number): boolean {
    this.#length += 1;
    if (code === 0x0a || code === 0x0d || this.#length > LONGEST_SEQUENCE) {
      this.#at = At.Ground;
      return true;
    }
    switch (this.#at) {
      case At.Escape:
        this.#at = afterEscape(code);
        return false;
      case At.Intermediate:
        if (code >= 0x30) this.#at = At.Ground;
        return false;
      case At.Csi:
        if (code >= 0x40) this.#at = code === 0x1b ? At.Escape : At.Ground;
        return false;
      case At.Text:
        if (code === 0x07 || code === 0x9c) this.#at = At.Ground;
        else if (code === 0x1b) this.#at = At.TextEscape;
        return false;
      default:
        this.#at = code === 0x5c ? At.Ground : At.Text;
        return false;
    }
  }
}

/** One whole piece of text from a node (a name, a reason), cleaned and cut. Line breaks become spaces. */
export function plain(text: unknown, max = 200): string {
  if (typeof text !== "string") return "";
  const cut = text.length > max ? `${text.slice(0, max - 1)}…` : text;
  if (!NEEDS_CARE.test(cut) && !BREAKS.test(cut)) return cut;
  return new ControlStripper()
    .feed(cut)
    .replace(/[\n\r\t]+/g, " ")
    .trim();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what this is for
const NEEDS_CARE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const BREAKS = /[\n\r\t]/;

function afterEscape(code: number): At {
  if (code === 0x5b) return At.Csi;
  if (code === 0x5d || code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f) return At.Text;
  if (code >= 0x20 && code <= 0x2f) return At.Intermediate;
  return code === 0x1b ? At.Escape : At.Ground;
}

function isPlain(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  if (code < 0x7f) return true;
  if (code < 0xa0) return false;
  if (code === 0x061c || code === 0x200e || code === 0x200f) return false;
  if (code >= 0x2028 && code <= 0x202e) return false;
  return !(code >= 0x2066 && code <= 0x2069);
}
