/**
 * Which nodes are meant by an expression or by names, as the Nexus says: asked a moment after the question changed, or
 * when somebody wants to know again. Never by itself: a set that moved is told when it is used (its hash is sent).
 * Not here: the field in which an expression is typed (components/Completing).
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { CompletionView, ResolvedView, TargetRequest } from "../bridge/types";
import { useConsole } from "./hooks";
import { problemText } from "./problem";
import { plain } from "./text";

const SETTLE_MS = 150;

export type Aim = { resolved: ResolvedView | null; problem: string | null; loading: boolean; again(): void };
type Found = { key: string; resolved: ResolvedView | null; problem: string | null };

/** Null asks nothing. */
export function useTarget(request: TargetRequest | null): Aim {
  const { bridge } = useConsole();
  const [found, setFound] = useState<Found>({ key: "", resolved: null, problem: null });
  const [turn, setTurn] = useState(0);
  const latest = useRef(request);
  latest.current = request;
  const key = request === null ? "" : `${turn} ${JSON.stringify(request)}`;
  useEffect(() => {
    if (key === "" || latest.current === null) return;
    const asked = latest.current;
    let wanted = true;
    const timer = setTimeout(() => {
      bridge.resolveTarget(asked).then(
        (resolved) => wanted && setFound({ key, resolved: clean(resolved), problem: null }),
        (reason) => wanted && setFound({ key, resolved: null, problem: problemText(reason) }),
      );
    }, SETTLE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, key]);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const fresh = found.key === key;
  return {
    resolved: fresh ? found.resolved : null,
    problem: fresh ? found.problem : null,
    loading: key !== "" && !fresh,
    again,
  };
}

/** What the field of an expression offers at the caret. */
export function useCompletion(): (text: string, at: number) => Promise<CompletionView> {
  const { bridge } = useConsole();
  return useCallback(
    async (text, at) => {
      const { from, items } = await bridge.completeTarget(text, at);
      return {
        from: Math.max(0, Math.min(text.length, from)),
        items: items.slice(0, 20).map((item) => ({ ...item, text: plain(item.text, 120) })),
      };
    },
    [bridge],
  );
}

function clean(resolved: ResolvedView): ResolvedView {
  return {
    ...resolved,
    target: plain(resolved.target, 4000),
    targetsSha256: plain(resolved.targetsSha256, 64),
    ordinals: (resolved.ordinals ?? []).filter((ordinal) => Number.isInteger(ordinal) && ordinal >= 0),
    refused: (resolved.refused ?? []).map(({ nodeId, nodeName, why }) => ({
      nodeId,
      nodeName: plain(nodeName, 120),
      why: plain(why, 300),
    })),
  };
}
