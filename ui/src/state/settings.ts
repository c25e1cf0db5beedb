/**
 * The host's settings as last read, and how they are written: shown at once, taken back when the host refuses.
 * Not here: turning theme and motion into pixels (app/appearance).
 */
import { createStore } from "zustand/vanilla";
import type { Bridge, SettingsPatch, SettingsView } from "../bridge/types";
import { problemText } from "./problem";

export type SettingsState = {
  settings: SettingsView | null;
  problem: string | null;
  saving: boolean;
  load(): Promise<void>;
  /** Resolves to false when the host refused; the reason is then in `problem`. */
  save(patch: SettingsPatch): Promise<boolean>;
};

export type SettingsStore = ReturnType<typeof createSettings>;
export function createSettings(bridge: Bridge) {
  return createStore<SettingsState>((set, get) => ({
    settings: null,
    problem: null,
    saving: false,
    load: async () => {
      try {
        set({ settings: await bridge.settings(), problem: null });
      } catch (reason) {
        set({ problem: problemText(reason) });
      }
    },
    save: async (patch) => {
      const before = get().settings;
      set({ saving: true, problem: null, ...(before ? { settings: { ...before, ...patch } } : {}) });
      try {
        set({ settings: await bridge.saveSettings(patch), saving: false });
        return true;
      } catch (reason) {
        set({ settings: before, saving: false, problem: problemText(reason) });
        return false;
      }
    },
  }));
}
