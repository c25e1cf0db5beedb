/**
 * One window: the console of its own Nexus, or for a while the one of a simulated fleet. The own one goes on
 * underneath, so that coming back is coming back to now.
 * Not here: where consoles come from (main).
 */
import { useMemo, useRef, useState } from "react";
import { t } from "../i18n";
import type { Console } from "../state/console";
import { EnvironmentsContext } from "../state/environments";
import { App } from "./App";

/** A console that was started, and how it ends. */
export type Visit = { console: Console; end(): void };

type WindowProps = {
  home: Console;
  simulated: boolean;
  /** Null: there is nothing to visit, as with a home that is simulated itself. */
  simulate: ((home: Console) => Promise<Visit>) | null;
};

export function Window({ home, simulated, simulate }: WindowProps) {
  const [visit, setVisit] = useState<Visit | null>(null);
  const busy = useRef(false);
  const environments = useMemo(
    () => ({
      visiting: visit !== null,
      simulate: simulate && (() => void begin(home, simulate, busy, setVisit)),
      leave: () => {
        setVisit(null);
        visit?.end();
      },
    }),
    [home, simulate, visit],
  );
  return (
    <EnvironmentsContext.Provider value={environments}>
      <App
        key={visit === null ? "home" : "visit"}
        console={visit?.console ?? home}
        simulated={simulated || visit !== null}
      />
    </EnvironmentsContext.Provider>
  );
}

async function begin(
  home: Console,
  simulate: (home: Console) => Promise<Visit>,
  busy: { current: boolean },
  show: (visit: Visit) => void,
): Promise<void> {
  if (busy.current) return;
  busy.current = true;
  try {
    show(await simulate(home));
  } catch (reason) {
    home.news.toast(t("The simulated fleet could not be made: {{reason}}", { reason: String(reason) }), "problem");
  }
  busy.current = false;
}
