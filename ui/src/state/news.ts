/**
 * What the operator should hear of: toasts for things that have no place of their own, one polite spoken message in
 * five seconds at most, and the short list of recent comings and goings.
 * Not here: the regions that show them (app).
 */
import { createStore } from "zustand/vanilla";
import { t } from "../i18n";

export type Toast = { key: number; tone: "plain" | "problem"; text: string };
export type Recent = {
  key: number;
  kind: "connected" | "disconnected";
  count: number;
  name: string;
  where: string;
  at: number;
};
export type NewsState = { toasts: readonly Toast[]; spoken: string; recent: readonly Recent[] };

const SPEAK_EVERY_MS = 5_000;
const TOAST_MS = 8_000;
const MAX_TOASTS = 4;
const MAX_RECENT = 40;
/** Comings and goings of one site within this time are one entry. */
const MERGE_MS = 4_000;

export type News = ReturnType<typeof createNews>;
export function createNews() {
  const store = createStore<NewsState>(() => ({ toasts: [], spoken: "", recent: [] }));
  let key = 0;
  let pending: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const speakNow = () => {
    timer = undefined;
    if (pending.length === 0) return;
    const text =
      pending.length > 3
        ? t("{{first}}, and {{count}} more changes", {
            first: pending.slice(0, 2).join(". "),
            count: pending.length - 2,
          })
        : pending.join(". ");
    pending = [];
    store.setState({ spoken: text });
    timer = setTimeout(speakNow, SPEAK_EVERY_MS);
  };
  const dismiss = (which: number) =>
    store.setState((s) => ({ toasts: s.toasts.filter((toast) => toast.key !== which) }));

  return {
    store,
    dismiss,
    toast(text: string, tone: Toast["tone"] = "plain") {
      const toast = { key: ++key, tone, text };
      store.setState((s) => ({ toasts: [...s.toasts.filter((t) => t.text !== text), toast].slice(-MAX_TOASTS) }));
      if (tone === "plain") setTimeout(() => dismiss(toast.key), TOAST_MS);
    },
    speak(text: string) {
      pending.push(text);
      if (timer === undefined) timer = setTimeout(speakNow, 50);
    },
    note(kind: Recent["kind"], name: string, where: string) {
      const at = Date.now();
      store.setState((s) => {
        const last = s.recent[0];
        if (last && last.kind === kind && last.where === where && at - last.at < MERGE_MS) {
          return { recent: [{ ...last, count: last.count + 1, at }, ...s.recent.slice(1)] };
        }
        return { recent: [{ key: ++key, kind, count: 1, name, where, at }, ...s.recent].slice(0, MAX_RECENT) };
      });
    },
  };
}
