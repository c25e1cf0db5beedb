/**
 * Which language the console speaks: what the operator chose on this screen, else what the system asks for.
 * Kept by the browser itself and not by the host, because it belongs to who looks, and because the first picture
 * must already be in it.
 * Not here: texts (en/, pl/), the library (index.ts).
 */
export const LANGUAGES = ["en", "pl"] as const;
export type Language = (typeof LANGUAGES)[number];
export type LanguageChoice = "system" | Language;

const SHELF = "nexus.language";
const HOME: Record<Language, string> = { en: "en-US", pl: "pl-PL" };

/** A locale as Intl takes it. Minimal systems call theirs "C", which Intl refuses. */
export function safeLocale(wanted: string | undefined): string {
  try {
    return wanted ? (Intl.getCanonicalLocales(wanted)[0] ?? HOME.en) : HOME.en;
  } catch {
    return HOME.en;
  }
}

/** The first of the system's languages that there is a catalogue for; English where there is none. */
export function languageOf(choice: LanguageChoice, system: readonly string[]): Language {
  if (choice !== "system") return choice;
  const spoken = system.map((wanted) => safeLocale(wanted).split("-")[0] ?? "");
  return LANGUAGES.find((language) => language === spoken.find((s) => LANGUAGES.some((known) => known === s))) ?? "en";
}

/** How numbers and dates look: the system's own region where it speaks this language. */
export function localeOf(language: Language, system: readonly string[]): string {
  return system.map(safeLocale).find((locale) => locale.split("-")[0] === language) ?? HOME[language];
}

export function systemLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}

export function readChoice(): LanguageChoice {
  try {
    const kept = localStorage.getItem(SHELF);
    return LANGUAGES.find((language) => language === kept) ?? "system";
  } catch {
    return "system";
  }
}

/** A browser that keeps nothing still changes its language, until it is closed. */
export function keepChoice(choice: LanguageChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(SHELF);
    else localStorage.setItem(SHELF, choice);
  } catch {
    return;
  }
}
