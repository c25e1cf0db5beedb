/**
 * The line that is shown: one for one machine, soon, unless the operator asked for another. Read again when what the
 * Nexus listens on changes. Not here: what becomes of it (Progress).
 */
import { useCallback, useEffect, useState } from "react";
import type { JoinCodeRequest, JoinView } from "../../bridge/types";
import { useConsole, useSettings } from "../../state/hooks";
import { problemText } from "../../state/problem";

export type Join = {
  join: JoinView | null;
  problem: string | null;
  /** A fresh line of the usual kind. */
  renew(): void;
  /** Resolves to what was wrong with the request, or null. */
  make(request: JoinCodeRequest): Promise<string | null>;
};

export function useJoin(): Join {
  const { bridge } = useConsole();
  const exposed = useSettings((s) => s.settings?.exposed);
  const [state, setState] = useState<Pick<Join, "join" | "problem">>({ join: null, problem: null });
  const renew = useCallback(() => {
    bridge.join().then(
      (join) => setState({ join, problem: null }),
      (reason) => setState({ join: null, problem: problemText(reason) }),
    );
  }, [bridge]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is listened on decides what the lines say
  useEffect(renew, [renew, exposed]);
  const make = async (request: JoinCodeRequest) => {
    try {
      setState({ join: await bridge.makeJoinCode(request), problem: null });
      return null;
    } catch (reason) {
      return problemText(reason);
    }
  };
  return { ...state, renew, make };
}
