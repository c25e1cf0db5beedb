/**
 * Turns theme and motion settings into what the page and the map need: one resolved theme, one resolved motion.
 * Not here: the settings themselves (state/settings.ts).
 */
import { useEffect, useSyncExternalStore } from "react";
import { useSettings } from "../state/hooks";

export type Appearance = { theme: "dark" | "light"; reducedMotion: boolean };

export function useAppearance(): Appearance {
  const theme = useSettings((s) => s.settings?.theme ?? "system");
  const motion = useSettings((s) => s.settings?.reducedMotion ?? "system");
  const systemLight = useMedia(LIGHT);
  const systemReduced = useMedia(REDUCED);
  const resolved = theme === "system" ? (systemLight ? "light" : "dark") : theme;
  const reducedMotion = motion === "system" ? systemReduced : motion === "on";
  useEffect(() => {
    document.documentElement.dataset.theme = resolved;
  }, [resolved]);
  useEffect(() => {
    if (reducedMotion) document.documentElement.dataset.motion = "reduced";
    else delete document.documentElement.dataset.motion;
  }, [reducedMotion]);
  return { theme: resolved, reducedMotion };
}

const LIGHT = () => matchMedia("(prefers-color-scheme: light)");
const REDUCED = () => matchMedia("(prefers-reduced-motion: reduce)");

function useMedia(query: () => MediaQueryList): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = query();
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => query().matches,
  );
}
