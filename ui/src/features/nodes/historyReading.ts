/**
 * Reading a node's history while somebody looks, and loading what draws it. Not here: showing it (MetricHistory.tsx).
 */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { NodeHistoryView } from "../../bridge/types";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";

const HOURS = 24;

export type Reading = { view: NodeHistoryView | null; problem: string | null };

/** Read once for each node that is looked at; a late answer about another node is let go. */
export function useHistory(nodeId: string): Reading {
  const { bridge } = useConsole();
  const [reading, setReading] = useState<Reading & { nodeId: string }>({ nodeId, view: null, problem: null });
  useEffect(() => {
    let gone = false;
    bridge.nodeHistory(nodeId, HOURS).then(
      (view) => !gone && setReading({ nodeId, view, problem: null }),
      (reason) => !gone && setReading({ nodeId, view: null, problem: problemText(reason) }),
    );
    return () => {
      gone = true;
    };
  }, [bridge, nodeId]);
  return reading.nodeId === nodeId ? reading : { view: null, problem: null };
}

let plot: Promise<typeof import("./historyPlot")> | null = null;

/** The library asks for a number format of the system's language as soon as it is loaded, and dies of "C". */
export function loadPlot(): Promise<typeof import("./historyPlot")> {
  plot ??= withKnownLanguage(() => import("./historyPlot"));
  return plot;
}

async function withKnownLanguage<T>(load: () => Promise<T>): Promise<T> {
  try {
    new Intl.NumberFormat(navigator.language);
    return await load();
  } catch {
    const own = Object.getOwnPropertyDescriptor(navigator, "language");
    Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
    try {
      return await load();
    } finally {
      if (own) Object.defineProperty(navigator, "language", own);
      else Reflect.deleteProperty(navigator, "language");
    }
  }
}

/** Changes whenever the page's theme does. */
export function useThemeTurn(): string {
  return useSyncExternalStore(watchTheme, () => {
    const chosen = document.documentElement.dataset.theme ?? "";
    return `${chosen} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  });
}

function watchTheme(changed: () => void): () => void {
  const watcher = new MutationObserver(changed);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    watcher.disconnect();
    system.removeEventListener("change", changed);
  };
}
