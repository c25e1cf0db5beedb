/**
 * Numbers, times and sizes in words. One safe locale: minimal systems call theirs "C", which Intl refuses.
 * Not here: anything that knows about nodes or executions.
 */
export const LOCALE = safeLocale(globalThis.navigator?.language);

export function safeLocale(wanted: string | undefined): string {
  try {
    return wanted ? (Intl.getCanonicalLocales(wanted)[0] ?? "en-US") : "en-US";
  } catch {
    return "en-US";
  }
}

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hour12: false });
const dateAndClock = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });

export function count(value: number): string {
  return whole.format(value);
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}

export function seconds(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} kB`;
  if (value < 1_000_000_000) return `${(value / 1_000_000).toFixed(1)} MB`;
  return `${(value / 1_000_000_000).toFixed(1)} GB`;
}

/** Memory sizes are told in whole or half GB, as they are sold. */
export function gigabytes(mb: number, digits = 1): string {
  const gb = mb / 1024;
  return Number.isInteger(gb) ? whole.format(gb) : gb.toFixed(gb >= 100 ? 0 : digits);
}

export function ago(iso: string, now = Date.now()): string {
  const at = Date.parse(iso);
  if (!Number.isFinite(at)) return "—";
  const s = Math.max(0, (now - at) / 1000);
  if (s < 45) return "now";
  if (s < 3600) return `${Math.max(1, Math.round(s / 60))} min ago`;
  if (s < 86_400) return `${Math.round(s / 3600)} h ago`;
  return `${Math.round(s / 86_400)} d ago`;
}

export function clockTime(at: number | string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "—" : clock.format(date);
}

export function fullTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "—" : dateAndClock.format(date);
}

/** What is left until then: "59:32" within an hour, else "23 h", "6 d"; "over" when nothing is. */
export function remaining(iso: string, now = Date.now()): string {
  const s = Math.ceil((Date.parse(iso) - now) / 1000);
  if (!Number.isFinite(s) || s <= 0) return "over";
  if (s <= 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  if (s < 2 * 86_400) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} d`;
}
