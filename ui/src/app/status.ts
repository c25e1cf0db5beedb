/**
 * How the fleet stands in a few words, for the tray or the title of a browser's tab, and in which language; told when it
 * changes, at most once a second. Not here: showing it (the host).
 */
import { language, onLanguage, t } from "../i18n";
import type { Console } from "../state/console";

const EVERY_MS = 1000;

export function statusText({ fleet, jobs }: Pick<Console, "fleet" | "jobs">): string {
  const { online, degraded, offline } = fleet.totals;
  const parts = [t("{{n}} online", { n: online })];
  if (degraded > 0) parts.push(t("{{n}} degraded", { n: degraded }));
  if (offline > 0) parts.push(t("{{n}} offline", { n: offline }));
  if (jobs.getState().stop?.held === true) parts.unshift(t("Everything is stopped"));
  return parts.join(" · ");
}

/** The returned function stops it. */
export function keepStatus(console: Console): () => void {
  let told = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    if (console.link.getState().nexus === null) return;
    const text = statusText(console);
    const spoken = language();
    if (`${spoken} ${text}` === told) return;
    told = `${spoken} ${text}`;
    console.bridge.sayStatus(text, spoken).catch(() => undefined);
  };
  const later = () => {
    timer ??= setTimeout(tell, EVERY_MS);
  };
  const stops = [console.fleet.subscribe(later), console.jobs.subscribe(later), onLanguage(later)];
  later();
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
  };
}
