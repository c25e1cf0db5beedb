/**
 * What is read about one job while somebody looks: its output in groups, its targets in pages, and hits of a search.
 * An event of the job makes a reading old, and a moment later it is read again; only a job of which no events come is asked for.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { JobView, OutputGroupsView, SearchView, TargetState, TargetView } from "../../bridge/types";
import { useConsole } from "../../state/hooks";
import { cleanJob, isOver } from "../../state/jobs";
import { problemText } from "../../state/problem";

/** Events settle before anything is read again. */
const SETTLE_MS = 300;
const SEARCH_MS = 180;
/** Between two looks at a job of which no events come. */
const LOOK_MS = 1000;
const PAGE = 1000;
const MOST_HITS = 200;

type Reading<T> = { value: T; problem: string | null; loading: boolean };

/**
 * Reads at once what was not asked before, and again a moment after the job moved on. One at a time: a job that never
 * rests is read again and again, but no reading is thrown away for a newer one.
 */
function useReading<T>(job: JobView, first: T, read: () => Promise<T>): Reading<T> {
  const [state, setState] = useState<Reading<T>>({ value: first, problem: null, loading: true });
  const seen = useRef(job);
  const moved = useRef<() => void>(() => undefined);
  useEffect(() => {
    let ended = false;
    let flying = false;
    let again = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      timer ??= setTimeout(() => void ask(), SETTLE_MS);
    };
    const ask = async () => {
      timer = undefined;
      if (flying) {
        again = true;
        return;
      }
      flying = true;
      const next = await read().then(
        (value) => ({ value, problem: null }),
        (reason) => ({ problem: problemText(reason) }),
      );
      flying = false;
      if (ended) return;
      setState((before) => ({ ...before, ...next, loading: false }));
      if (again) {
        again = false;
        later();
      }
    };
    moved.current = later;
    void ask();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [read]);
  useEffect(() => {
    if (seen.current === job) return;
    seen.current = job;
    moved.current();
  }, [job]);
  return state;
}

const NO_GROUPS: OutputGroupsView = { groups: [], omitted: 0 };

export function useGroups(job: JobView): Reading<OutputGroupsView> {
  const { bridge } = useConsole();
  const read = useCallback(() => bridge.jobGroups(job.id), [bridge, job.id]);
  return useReading(job, NO_GROUPS, read);
}

type Rows = { rows: readonly TargetView[]; more: boolean };
const NO_ROWS: Rows = { rows: [], more: false };

/** Targets in these states, as far as somebody scrolled. `onMore` makes it a page longer. */
export function useTargets(job: JobView, states: readonly TargetState[]): Reading<Rows> & { onMore(): void } {
  const { bridge } = useConsole();
  const key = states.join();
  const [pages, setPages] = useState({ key, count: 1 });
  const wanted = pages.key === key ? pages.count : 1;
  const read = useCallback(async () => {
    const rows: TargetView[] = [];
    let after: number | null = 0;
    for (let page = 0; page < wanted && after !== null; page++) {
      const { targets, next } = await bridge.jobTargets(
        job.id,
        key === "" ? [] : (key.split(",") as TargetState[]),
        after,
        PAGE,
      );
      rows.push(...targets);
      after = next;
    }
    return { rows, more: after !== null };
  }, [bridge, job.id, key, wanted]);
  const reading = useReading(job, NO_ROWS, read);
  const onMore = useCallback(() => setPages({ key, count: wanted + 1 }), [key, wanted]);
  return { ...reading, onMore };
}

/** Null: nothing was looked for. */
export function useSearch(job: JobView, text: string): Reading<SearchView | null> {
  const { bridge } = useConsole();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SEARCH_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const read = useCallback(
    async () => (settled.trim() === "" ? null : bridge.searchJob(job.id, settled.trim(), MOST_HITS)),
    [bridge, job.id, settled],
  );
  return useReading<SearchView | null>(job, null, read);
}

/**
 * A job that this window does not know: long over, of before a gap, or of another instance, of which nothing is heard here. Null
 * while it is read. One that goes on is read again every second while somebody looks.
 */
export function useOldJob(id: string | null): { job: JobView | null; problem: string | null } {
  const { bridge } = useConsole();
  const [found, setFound] = useState<{ id: string; job: JobView | null; problem: string | null } | null>(null);
  useEffect(() => {
    if (id === null) return;
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let text = "";
    let goesOn = false;
    const read = async () => {
      await bridge.job(id).then(
        (view) => {
          const job = cleanJob(view);
          goesOn = !isOver(job);
          // The same again must not make anybody read again what hangs on it.
          if (!wanted || JSON.stringify(job) === text) return;
          text = JSON.stringify(job);
          setFound({ id, job, problem: null });
        },
        (reason) => {
          text = "";
          if (wanted)
            setFound((before) => ({ id, job: before?.id === id ? before.job : null, problem: problemText(reason) }));
        },
      );
      if (wanted && goesOn) timer = setTimeout(() => void read(), LOOK_MS);
    };
    void read();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, id]);
  return found !== null && found.id === id ? found : { job: null, problem: null };
}
