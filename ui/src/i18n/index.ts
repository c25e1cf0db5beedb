/**
 * The console's words in the operator's language. The English text is the key, so that code reads as what is shown;
 * what is counted has its forms in the catalogues. Components call `useTranslation()`; all else uses `t` from here.
 * A key is always written out where it is used: a text from a node or the host is never one, and what is put into
 * a text (`{{name}}`) is never read as part of it.
 * Not here: free text of the host and of nodes, which is shown as it came; dates and sizes (components/format).
 */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { flat } from "./catalogue";
import {
  keepChoice,
  type Language,
  type LanguageChoice,
  languageOf,
  localeOf,
  readChoice,
  systemLanguages,
} from "./language";

export type { Language, LanguageChoice } from "./language";

type Values = Record<string, unknown> & { count?: number; context?: string };

let choice: LanguageChoice = readChoice();
let shown: { locale: string; whole: Intl.NumberFormat } = inRegion(languageOf(choice, systemLanguages()));

const i18n = i18next.createInstance();
i18n
  .use({ type: "formatter" as const, init() {}, add() {}, addCached() {}, format: inWords })
  .use(initReactI18next)
  .init({
    lng: languageOf(choice, systemLanguages()),
    fallbackLng: "en",
    initAsync: false,
    resources: {
      en: { translation: flat(import.meta.glob("./en/*.ts", { eager: true, import: "default" })) },
      pl: { translation: flat(import.meta.glob("./pl/*.ts", { eager: true, import: "default" })) },
    },
    keySeparator: false,
    nsSeparator: false,
    returnNull: false,
    interpolation: {
      escapeValue: false,
      alwaysFormat: true,
      skipOnVariables: true,
      // References from one text to another are not used; a node called "$t(…)" must not make one.
      nestingPrefix: "\u0000(",
    },
    react: { useSuspense: false, transSupportBasicHtmlNodes: false },
  });
apply();
globalThis.addEventListener?.("languagechange", apply);

/** Outside of components. What it answers is in the language of now; ask again rather than keep it. */
export function t(key: string, values: Values = {}): string {
  return i18n.t(key, values);
}

export function language(): Language {
  return languageOf(choice, systemLanguages());
}

/** For Intl: the language with the region of this system. */
export function locale(): string {
  return shown.locale;
}

export function languageChoice(): LanguageChoice {
  return choice;
}

/** At once, and for the next time. */
export function chooseLanguage(wanted: LanguageChoice): void {
  choice = wanted;
  keepChoice(wanted);
  apply();
}

/** Told after each change of the language. The returned function stops it. */
export function onLanguage(heard: () => void): () => void {
  i18n.on("languageChanged", heard);
  return () => i18n.off("languageChanged", heard);
}

function apply(): void {
  const next = language();
  shown = inRegion(next);
  if (globalThis.document) document.documentElement.lang = next;
  void i18n.changeLanguage(next);
}

function inRegion(of: Language): typeof shown {
  const found = localeOf(of, systemLanguages());
  return { locale: found, whole: new Intl.NumberFormat(found, { maximumFractionDigits: 0 }) };
}

function inWords(value: unknown): string {
  return typeof value === "number" ? shown.whole.format(value) : String(value ?? "");
}
