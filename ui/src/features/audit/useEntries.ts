/**
 * The entries that fit a query, newest first, a page at a time. Nothing polls: what the feed tells since the last
 * reading says that there will be new ones. Not here: how they look.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { AuditEntryView, AuditQuery, InstanceNameView } from "../../bridge/types";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";

export type Filter = Pick<AuditQuery, "search" | "action" | "who" | "node" | "instance">;

const PAGE = 200;
/** Typing settles before the log is searched. */
const SETTLE_MS = 180;

type Read = {
  entries: readonly AuditEntryView[];
  /** Whose logs are known, when several instances share the swarm. */
  instances: readonly InstanceNameView[];
  before: string | null;
  loading: boolean;
  problem: string | null;
  /** Something happened since. */
  stale: boolean;
};
const NOTHING: Read = { entries: [], instances: [], before: null, loading: true, problem: null, stale: false };

export function useEntries(filter: Filter) {
  const console = useConsole();
  const [read, setRead] = useState<Read>(NOTHING);
  const turn = useRef(0);
  const { search, action, who, node, instance } = filter;

  const ask = useCallback(
    async (before: string | null, kept: readonly AuditEntryView[]) => {
      turn.current += 1;
      const mine = turn.current;
      setRead((s) => ({ ...s, loading: true, problem: null, ...(before === null ? { stale: false } : {}) }));
      try {
        const page = await console.bridge.audit({ search, action, who, node, instance, before, limit: PAGE });
        if (mine !== turn.current) return;
        const { before: rest, instances } = page;
        setRead((s) => ({ ...s, entries: [...kept, ...page.entries], before: rest, instances, loading: false }));
      } catch (reason) {
        if (mine === turn.current) setRead((s) => ({ ...s, loading: false, problem: problemText(reason) }));
      }
    },
    [console, search, action, who, node, instance],
  );

  const renew = useCallback(() => void ask(null, []), [ask]);
  const older = useCallback(() => {
    if (read.before !== null && !read.loading) void ask(read.before, read.entries);
  }, [ask, read]);

  useEffect(() => {
    const timer = setTimeout(renew, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [renew]);

  useEffect(() => {
    const happened = () => setRead((s) => (s.stale || s.loading ? s : { ...s, stale: true }));
    const stops = [
      console.executions.subscribe((delta) => delta.changed.size > 0 && happened()),
      console.fleet.subscribe((delta) => delta.structure && happened()),
      console.trust.subscribe(happened),
    ];
    return () => stops.forEach((stop) => void stop());
  }, [console]);

  return { ...read, renew, older };
}
