/**
 * Numbers, times and sizes in words, in the language and region of now.
 * Not here: anything that knows about nodes or executions; which language that is (i18n).
 */
import { locale, t } from "../i18n";

/** A formatter of Intl, made again when the language changes: making one costs more than using it a thousand times. */
export function perLocale<T>(make: (locale: string) => T): () => T {
  let of: string | null = null;
  let made: T;
  return () => {
    const now = locale();
    if (of !== now) {
      made = make(now);
      of = now;
    }
    return made;
  };
}

const whole = perLocale((l) => new Intl.NumberFormat(l, { maximumFractionDigits: 0 }));
const tenth = perLocale((l) => new Intl.NumberFormat(l, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
const clock = perLocale((l) => new Intl.DateTimeFormat(l, { hour: "2-digit", minute: "2-digit", hour12: false }));
const dateAndClock = perLocale((l) => new Intl.DateTimeFormat(l, { dateStyle: "medium", timeStyle: "short" }));

export function count(value: number): string {
  return whole().format(value);
}

/** With digits after the mark that this language writes. */
export function decimal(value: number, digits = 1): string {
  if (digits === 1) return tenth().format(value);
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

/** English alone: what has been given to `t` with its `count` needs it no more. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}

export function seconds(ms: number): string {
  if (ms < 10_000) return `${decimal(ms / 1000)} s`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  if (value < 1_000_000) return `${decimal(value / 1000, value < 10_000 ? 1 : 0)} kB`;
  if (value < 1_000_000_000) return `${decimal(value / 1_000_000)} MB`;
  return `${decimal(value / 1_000_000_000)} GB`;
}

/** Memory sizes are told in whole or half GB, as they are sold. */
export function gigabytes(mb: number, digits = 1): string {
  const gb = mb / 1024;
  return Number.isInteger(gb) ? count(gb) : decimal(gb, gb >= 100 ? 0 : digits);
}

export function ago(iso: string, now = Date.now()): string {
  const at = Date.parse(iso);
  if (!Number.isFinite(at)) return "—";
  const s = Math.max(0, (now - at) / 1000);
  if (s < 45) return t("now");
  if (s < 3600) return t("{{count}} min ago", { count: Math.max(1, Math.round(s / 60)) });
  if (s < 86_400) return t("{{count}} h ago", { count: Math.round(s / 3600) });
  return t("{{count}} d ago", { count: Math.round(s / 86_400) });
}

export function clockTime(at: number | string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "—" : clock().format(date);
}

export function fullTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "—" : dateAndClock().format(date);
}

/** What is left until then: "59:32" within an hour, else "23 h", "6 d"; "over" when nothing is. */
export function remaining(iso: string, now = Date.now()): string {
  const s = Math.ceil((Date.parse(iso) - now) / 1000);
  if (!Number.isFinite(s) || s <= 0) return t("over");
  if (s <= 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  if (s < 2 * 86_400) return t("{{count}} h", { count: Math.round(s / 3600) });
  return t("{{count}} d", { count: Math.round(s / 86_400) });
}
