/**
 * Asks a node something again and again, only while somebody looks: the part of the panel is in sight, the window is
 * shown, and the node is there. One question at a time. Not here: what is asked, and what the answers mean.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { JsonValue } from "../../../bridge/types";
import { useConsole } from "../../../state/hooks";
import { problemText } from "../../../state/problem";

export const SYSTEM = "SystemSkill";

export type Look<T> = {
  seen: T | null;
  /** When that was, by the clock of this window. */
  at: number | null;
  problem: string | null;
  busy: boolean;
  again(): void;
};

export type Question<T> = {
  node: string;
  method: string;
  parameters: JsonValue;
  everyMs: number;
  active: boolean;
  /** Null: that is no answer to this question. */
  read(answer: JsonValue): T | null;
};

type Known<T> = Pick<Look<T>, "seen" | "at" | "problem">;

/** `read` must be the same function each time. */
export function useLook<T>({ node, method, parameters, everyMs, active, read }: Question<T>): Look<T> {
  const { bridge } = useConsole();
  const [known, setKnown] = useState<Known<T>>({ seen: null, at: null, problem: null });
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify(parameters);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn asks at once
  useEffect(() => {
    if (!active) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      if (!over) timer = setTimeout(ask, everyMs);
    };
    const ask = async () => {
      if (document.hidden) return next();
      setBusy(true);
      const answer = await bridge.glance(node, SYSTEM, method, JSON.parse(asked)).then(
        (raw) => ({ seen: read(raw), problem: null }),
        (reason: unknown) => ({ seen: null, problem: problemText(reason) }),
      );
      if (over) return;
      setBusy(false);
      setKnown((before) => taken(before, answer));
      next();
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
      setBusy(false);
    };
  }, [bridge, node, method, asked, everyMs, active, read, turn]);
  return { ...known, busy, again: useCallback(() => setTurn((n) => n + 1), []) };
}

/** What was seen stays in sight when a later look fails, with the time that it is from. */
function taken<T>(before: Known<T>, { seen, problem }: Pick<Known<T>, "seen" | "problem">): Known<T> {
  if (problem !== null) return { ...before, problem };
  if (seen === null) return { ...before, problem: "unreadable" };
  return { seen, at: Date.now(), problem: null };
}

/** Whether an element is in sight, so that what nobody sees is not asked for. */
export function useInSight(element: RefObject<HTMLElement | null>): boolean {
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watcher = new IntersectionObserver((entries) => setInSight(entries.some((entry) => entry.isIntersecting)));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [element]);
  return inSight;
}

/** For a section that looks while it is in sight. */
export function useSection() {
  const element = useRef<HTMLElement>(null);
  return { element, inSight: useInSight(element) };
}
