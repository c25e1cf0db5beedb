/**
 * Who is shown on map and table: plain words are looked for here; an expression (tag:gpu and not site=paris) is answered
 * by the Nexus, in the grammar of jobs and with the same completion. While it is not an expression yet, it is words.
 * Not here: the matching itself (state/filter.ts).
 */
import { Search, X } from "lucide-react";
import { type RefObject, useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Completing } from "../../components/Completing";
import { isExpression } from "../../state/filter";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { useCompletion, useTarget } from "../../state/useTarget";
import styles from "./Filter.module.css";

const AGAIN_MS = 1500;

/** On the table always; on the map only while a filter is set, so that a dimmed map explains itself. */
export function Filter({ input, always }: { input: RefObject<HTMLInputElement | null>; always: boolean }) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const search = useUi((s) => s.search);
  const complete = useQuietCompletion();
  const { problem, count } = useMeant(search);
  if (!always && search === "") return null;
  return (
    <div className={`${styles.find} ${isExpression(search) ? styles.expression : ""}`}>
      <Search size={13} strokeWidth={1.5} aria-hidden="true" />
      <Completing
        ref={input}
        label={t("Filter nodes")}
        hiddenLabel
        value={search}
        placeholder={t("Filter by name, tag, address…")}
        problem={problem}
        note={count === 0 ? t("Nobody is meant by this just now.") : null}
        complete={complete}
        onChange={(next) => ui.getState().set({ search: next })}
        testId="filter"
      />
      {search !== "" && (
        <button
          type="button"
          className={styles.clear}
          aria-label={t("Clear the filter")}
          title={t("Clear the filter")}
          onClick={() => {
            ui.getState().set({ search: "", meant: null });
            input.current?.focus();
          }}
        >
          <X size={13} strokeWidth={1.5} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

/** Plain words are not answered with names that would cover the table: only how an expression may begin is offered. */
function useQuietCompletion(): ReturnType<typeof useCompletion> {
  const complete = useCompletion();
  return useCallback(
    async (text, at) => {
      const found = await complete(text, at);
      return isExpression(text)
        ? found
        : { ...found, items: found.items.filter(({ text: one }) => /[:=@]$/.test(one)) };
    },
    [complete],
  );
}

/** Asks who is meant, and once more when nodes came, went or changed. */
function useMeant(search: string): { problem: string | null; count: number | null } {
  const { ui } = useConsole();
  const asked = isExpression(search) ? { target: search.trim(), nodeIds: null, skill: null, method: null } : null;
  const { resolved, problem, again } = useTarget(asked);
  const structure = useFleet((f) => (asked === null ? 0 : f.versions.structure));
  useEffect(() => {
    if (structure === 0) return;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [structure, again]);
  useEffect(() => {
    if (resolved) ui.getState().set({ meant: { search, ordinals: new Set(resolved.ordinals) } });
    else if (problem !== null) ui.getState().set({ meant: null });
  }, [ui, search, resolved, problem]);
  return { problem, count: resolved?.count ?? null };
}
