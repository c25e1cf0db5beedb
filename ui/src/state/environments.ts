/**
 * Which Nexus this window looks at. The host knows the real ones; the simulated fleet belongs to the window itself, so
 * that it can be looked at without anything real being touched.
 * Not here: making consoles (app/Window), drawing (features/environments).
 */
import { createContext, useContext } from "react";

export type Environments = {
  /** This is the simulated fleet, looked at from a real one. */
  visiting: boolean;
  /** Null where there is nothing to simulate with. */
  simulate: (() => void) | null;
  /** Back to where the operator was. */
  leave(): void;
};

export const EnvironmentsContext = createContext<Environments>({
  visiting: false,
  simulate: null,
  leave: () => undefined,
});

export function useEnvironments(): Environments {
  return useContext(EnvironmentsContext);
}
