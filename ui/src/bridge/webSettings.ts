/**
 * Settings of a browser: how the console looks, kept by the browser itself. What belongs to the machine of the Nexus is set
 * there. Not here: the language (i18n).
 */
import type { Bridge, SettingsView } from "./types";

const SHELF = "nexus.settings";
const DEFAULTS: SettingsView = {
  exposed: true,
  keepInTray: false,
  runLocalSpore: false,
  theme: "system",
  reducedMotion: "system",
  notices: [],
  restartNeeded: false,
};

export function webSettings(): Pick<Bridge, "settings" | "saveSettings"> {
  return {
    settings: async () => read(),
    saveSettings: async (patch) => {
      const { theme, reducedMotion } = { ...read(), ...patch };
      try {
        localStorage.setItem(SHELF, JSON.stringify({ theme, reducedMotion }));
      } catch {
        // A browser that keeps nothing shows it until the page is closed.
      }
      return { ...DEFAULTS, theme, reducedMotion };
    },
  };
}

function read(): SettingsView {
  try {
    const { theme, reducedMotion } = JSON.parse(localStorage.getItem(SHELF) ?? "{}") as Partial<SettingsView>;
    return {
      ...DEFAULTS,
      theme: theme === "dark" || theme === "light" ? theme : "system",
      reducedMotion: reducedMotion === "on" || reducedMotion === "off" ? reducedMotion : "system",
    };
  } catch {
    return DEFAULTS;
  }
}
