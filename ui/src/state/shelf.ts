/**
 * Small things that belong to who looks at this screen: kept by the browser itself, judged when they are read.
 * Not here: settings of the host (settings.ts), the language (i18n/language).
 */
const PREFIX = "nexus.";

/** What was kept under this name, as far as `judge` can use it. */
export function fromShelf<T>(name: string, judge: (kept: unknown) => T): T {
  try {
    return judge(JSON.parse(localStorage.getItem(PREFIX + name) ?? "null"));
  } catch {
    return judge(null);
  }
}

/** A browser that keeps nothing goes on without. */
export function toShelf(name: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    return;
  }
}
