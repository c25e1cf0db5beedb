/** The field and the list of the palette, and its keys. Not here: opening and closing (Palette.tsx). */
import { Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SavedGroupView } from "../../bridge/types";
import { Kbd } from "../../components/Kbd";
import { useConsole, useUi } from "../../state/hooks";
import { useTarget } from "../../state/useTarget";
import type { PaletteChoice } from "./choice";
import { askOf, choicesFor, type Given } from "./choices";
import { Found } from "./Found";
import styles from "./Palette.module.css";
import type { Command } from "./sources/commands";

type FinderProps = { more: readonly Command[]; onDone(choice: PaletteChoice): void };

export function Finder({ more, onDone }: FinderProps) {
  const { t } = useTranslation();
  const console = useConsole();
  const query = useUi((s) => s.palette.query);
  const deferred = useDeferredValue(query);
  const asked = askOf(query);
  const aim = useTarget(asked === null ? null : { target: asked, nodeIds: null, skill: null, method: null });
  const saved = useRead();
  const given = useMemo<Given>(() => ({ saved, more, meant: aim.resolved }), [saved, more, aim.resolved]);
  const choices = useMemo(() => choicesFor(console, deferred, given), [console, deferred, given]);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const current = choices[Math.min(at, choices.length - 1)];

  useEffect(() => {
    list.current?.querySelector(`[aria-selected="true"]`)?.scrollIntoView({ block: "nearest" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    // What was typed last may not be drawn yet, but it is what is meant.
    const now = () => (deferred === query ? choices : choicesFor(console, query, given));
    const by = (id: string) => now().find((choice) => choice.id === id);
    const act = (choice: PaletteChoice | undefined) => choice && onDone(choice);
    if (event.key === "ArrowDown") setAt((i) => Math.min(choices.length - 1, i + 1));
    else if (event.key === "ArrowUp") setAt((i) => Math.max(0, Math.min(i, choices.length - 1) - 1));
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
      act(by("run-target") ?? by("run-matches") ?? current);
    else if (event.key === "Enter") act(deferred === query ? current : now()[0]);
    else if (event.key === "Tab" && query.trim() !== "") act(by("filter"));
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className={styles.query}>
        <Search size={16} strokeWidth={1.5} aria-hidden="true" />
        <input
          value={query}
          placeholder={t("Search nodes, run a skill, jump to…")}
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={current ? `palette-${current.id}` : undefined}
          aria-label={t("Search nodes, groups, skills, jobs and commands")}
          aria-describedby="palette-hint"
          spellCheck={false}
          autoComplete="off"
          onKeyDown={onKeyDown}
          data-testid="palette-input"
          onChange={(event) => {
            setAt(0);
            console.ui.getState().set({ palette: { open: true, query: event.target.value } });
          }}
        />
        <Kbd>Esc</Kbd>
      </div>
      <Found list={list} choices={choices} query={deferred} current={current} onChoose={onDone} onHover={setAt} />
      {choices.length === 0 && (
        <p className={styles.none} data-testid="palette-none">
          {aim.loading ? t("Looking who is meant…") : (aim.problem ?? t("Nothing fits “{{query}}”.", { query }))}
        </p>
      )}
      <Hint />
    </>
  );
}

/** The signs that narrow it, said where they are of use. */
function Hint() {
  const { t } = useTranslation();
  return (
    <p className={styles.foot} id="palette-hint" data-testid="palette-hint">
      <span>
        <code>{">"}</code> {t("commands")}
      </span>
      <span>
        <code>@</code> {t("groups")}
      </span>
      <span>
        <code>#</code> {t("jobs")}
      </span>
      <span>
        <code>/</code> {t("skills")}
      </span>
      <span className={styles.space} />
      <span>{t("Tab filters the map")}</span>
    </p>
  );
}

/** Saved groups, runbooks and schedules are read when somebody looks. */
function useRead(): readonly SavedGroupView[] {
  const { bridge, plans } = useConsole();
  const [saved, setSaved] = useState<readonly SavedGroupView[]>([]);
  useEffect(() => {
    let wanted = true;
    // Without them the palette still finds everything else.
    bridge.savedGroups().then(
      (groups) => wanted && setSaved(groups),
      () => undefined,
    );
    const { schedules, runbooks, readSchedules, readRunbooks } = plans.getState();
    if (schedules === null) void readSchedules();
    if (runbooks === null) void readRunbooks();
    return () => {
      wanted = false;
    };
  }, [bridge, plans]);
  return saved;
}
