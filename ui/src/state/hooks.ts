/**
 * How React looks at the stores: a context that carries the console, and slices that render again only when their
 * value changed. Selectors must return primitives or stored references.
 * Not here: any state of its own.
 */
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import type { AlertsState } from "./alerts";
import type { ApprovalsState } from "./approvals";
import type { ChartsState } from "./charts";
import type { Console } from "./console";
import { type Execution, lacksOutput } from "./executions";
import type { Fleet } from "./fleet";
import type { JobsState } from "./jobs";
import type { LinkState } from "./link";
import type { NewsState } from "./news";
import type { PlansState } from "./plans";
import type { ReplayActions, ReplayState } from "./replay";
import type { SettingsState } from "./settings";
import type { TrustState } from "./trust";
import type { UiActions, UiState } from "./ui";

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (!console) throw new Error("ConsoleContext is missing");
  return console;
}

export function useUi<T>(select: (state: UiState & UiActions) => T): T {
  return useStore(useConsole().ui, select);
}

export function useLink<T>(select: (state: LinkState) => T): T {
  return useStore(useConsole().link, select);
}

export function useNews<T>(select: (state: NewsState) => T): T {
  return useStore(useConsole().news.store, select);
}

export function useSettings<T>(select: (state: SettingsState) => T): T {
  return useStore(useConsole().settings, select);
}

export function useTrust<T>(select: (state: TrustState) => T): T {
  return useStore(useConsole().trust, select);
}

export function useApprovals<T>(select: (state: ApprovalsState) => T): T {
  return useStore(useConsole().approvals, select);
}

export function useAlerts<T>(select: (state: AlertsState) => T): T {
  return useStore(useConsole().alerts, select);
}

export function useJobs<T>(select: (state: JobsState) => T): T {
  return useStore(useConsole().jobs, select);
}

export function usePlans<T>(select: (state: PlansState) => T): T {
  return useStore(useConsole().plans, select);
}

export function useCharts<T>(select: (state: ChartsState) => T): T {
  return useStore(useConsole().charts, select);
}

export function useReplay<T>(select: (state: ReplayState & ReplayActions) => T): T {
  return useStore(useConsole().replay, select);
}

export function useFleet<T>(select: (fleet: Fleet) => T): T {
  const { fleet } = useConsole();
  return useSyncExternalStore(fleet.subscribe, () => select(fleet));
}

/** Renders again whenever any execution changed state; returns a counter to depend on. */
export function useExecutionsVersion(): number {
  const { executions } = useConsole();
  return useSyncExternalStore(executions.subscribe, () => executions.version);
}

/** As above, and also when any output arrived. */
export function useExecutionsAndOutput(): number {
  const { executions } = useConsole();
  return useSyncExternalStore(executions.subscribe, () => executions.version + executions.outputVersion);
}

/** One execution; renders again when its state or its output changed. */
export function useExecution(id: string | null): Execution | undefined {
  const { executions } = useConsole();
  const read = useCallback(() => {
    const execution = id === null ? undefined : executions.get(id);
    return execution
      ? `${execution.view.state}:${execution.output.version}:${execution.view.outputBytes}:${execution.waiting !== null}:${lacksOutput(execution)}`
      : "";
  }, [executions, id]);
  useSyncExternalStore(executions.subscribe, read);
  return id === null ? undefined : executions.get(id);
}
