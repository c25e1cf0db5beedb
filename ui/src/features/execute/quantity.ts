/**
 * Amounts as people write them: "1h 30m", "64 MiB", "1.5 GB", and back in words. Numbers without a unit are what the
 * schema counts in. Pure. Not here: bounds (validate.ts).
 */
const SECONDS: { [unit: string]: number } = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };
const POWERS = ["", "k", "m", "g", "t", "p"];
const LONGEST = 40;

/** Null: this is no duration. */
export function secondsOf(text: string): number | null {
  const bare = plainNumber(text);
  if (bare !== null) return bare;
  const parts = text.length > LONGEST ? [] : [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text.trim().toLowerCase()) return null;
  let sum = 0;
  for (const [, value, unit = ""] of parts) {
    const factor = SECONDS[unit];
    if (factor === undefined) return null;
    sum += Number(value) * factor;
  }
  return sum;
}

/** Null: this is no size. "k" and "kB" count in thousands, "KiB" in 1024. */
export function bytesOf(text: string): number | null {
  const bare = plainNumber(text);
  if (bare !== null) return bare;
  const found = text.length > LONGEST ? null : /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b?\s*$/i.exec(text);
  if (!found) return null;
  const power = POWERS.indexOf((found[2] ?? "").toLowerCase());
  return Math.round(Number(found[1]) * (found[3] === "" ? 1000 : 1024) ** power);
}

/** Null: this is no number, or one that would not arrive as it was written. */
export function plainNumber(text: string): number | null {
  const tidy = text.trim().replace(/[\u2009\u202f\u00a0 _]/g, "");
  if (tidy.length > LONGEST || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(tidy)) return null;
  const value = Number(tidy);
  if (!Number.isFinite(value)) return null;
  return Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER ? null : value;
}

/** "1 h 30 min"; "" when the number says it as well. */
export function durationWords(seconds: number): string {
  if (!(seconds >= 60) || seconds > 1e9) return "";
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${n} ${unit}`);
  }
  return parts.slice(0, 3).join(" ");
}

/** "64 MiB" when it is exactly that, else "1.2 GB"; "" below a thousand. */
export function sizeWords(bytes: number): string {
  if (!(bytes >= 1000)) return "";
  for (let power = 5; power > 0; power--) {
    const size = 1024 ** power;
    if (bytes % size === 0) return `${bytes / size} ${"KMGTP"[power - 1]}iB`;
  }
  const power = Math.min(5, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 2 : 1)} ${["", "k", "M", "G", "T", "P"][power]}B`;
}
