/** Times to come, in words and in their own time zone. Not here: times that were (components/format). */
import { locale, t } from "../../i18n";

/** "in 12 min", "in 3 h", "in 2 d"; "now" when it is due. */
export function soon(iso: string, now: number): string {
  const s = (Date.parse(iso) - now) / 1000;
  if (!Number.isFinite(s)) return "—";
  if (s < 30) return t("now");
  if (s < 3600) return t("in {{count}} min", { count: Math.max(1, Math.round(s / 60)) });
  if (s < 48 * 3600) return t("in {{count}} h", { count: Math.round(s / 3600) });
  return t("in {{count}} d", { count: Math.round(s / 86_400) });
}

/** "Thu 26 Nov, 09:00" as clocks in that zone show it. */
export function inZone(iso: string, timeZone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "—";
  const how = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat(locale(), { ...how, hour12: false, timeZone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(locale(), { ...how, hour12: false }).format(at);
  }
}

export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
