/**
 * Ctrl K: find a node, a group or a skill and go there. Enter acts on the highlighted choice, Ctrl Enter runs a skill
 * on everything that matches, Tab filters map and table to the query. An expression (tag:gpu and not site=paris) is
 * answered by the Nexus: it selects exactly the nodes that are meant.
 */
import { Dialog } from "@base-ui/react/dialog";
import { ChevronRight, CircleDashed, ListFilter, Play, Search, Terminal } from "lucide-react";
import { type KeyboardEvent, type RefObject, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Kbd } from "../../components/Kbd";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useUi } from "../../state/hooks";
import { classOf } from "../../state/status";
import { useTarget } from "../../state/useTarget";
import { choicesFor, isExpression, type PaletteChoice } from "./choices";
import styles from "./Palette.module.css";

const ICONS = { group: CircleDashed, skill: Terminal, run: Play, filter: ListFilter, command: ChevronRight };

export function Palette() {
  const { ui } = useConsole();
  const open = useUi((s) => s.palette.open);
  const toForm = useRef(false);
  const setOpen = (next: boolean) => ui.getState().set({ palette: { open: next, query: "" } });
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          className={styles.popup}
          data-testid="palette"
          aria-label="Find and run"
          finalFocus={() => !toForm.current}
        >
          <Finder
            onDone={(choice) => {
              toForm.current = choice.toForm;
              setOpen(false);
            }}
          />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ onDone }: { onDone(choice: PaletteChoice): void }) {
  const console = useConsole();
  const query = useUi((s) => s.palette.query);
  const deferred = useDeferredValue(query);
  const asked = isExpression(query) ? { target: query.trim(), nodeIds: null, skill: null, method: null } : null;
  const aim = useTarget(asked);
  const choices = useMemo(() => choicesFor(console, deferred, aim.resolved), [console, deferred, aim.resolved]);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const current = choices[Math.min(at, choices.length - 1)];

  useEffect(() => {
    list.current?.querySelector(`[aria-selected="true"]`)?.scrollIntoView({ block: "nearest" });
  });

  const act = (choice: PaletteChoice | undefined) => {
    if (!choice) return;
    onDone(choice);
    choice.act();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = (id: string) => choicesFor(console, query, aim.resolved).find((choice) => choice.id === id);
    if (event.key === "ArrowDown") setAt((i) => Math.min(choices.length - 1, i + 1));
    else if (event.key === "ArrowUp") setAt((i) => Math.max(0, Math.min(i, choices.length - 1) - 1));
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
      act(by("run-target") ?? by("run-matches") ?? current);
    else if (event.key === "Enter") act(deferred === query ? current : choicesFor(console, query, aim.resolved)[0]);
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
          placeholder="Search nodes, run a skill, jump to…"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={current ? `palette-${current.id}` : undefined}
          aria-label="Search nodes, groups and skills"
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
      <Choices list={list} choices={choices} query={deferred} current={current} onChoose={act} onHover={setAt} />
      {choices.length === 0 && (
        <p className={styles.none} data-testid="palette-none">
          {aim.loading ? "Looking who is meant…" : (aim.problem ?? `Nothing fits “${query}”.`)}
        </p>
      )}
    </>
  );
}

type ChoicesProps = {
  list: RefObject<HTMLDivElement | null>;
  choices: readonly PaletteChoice[];
  query: string;
  current: PaletteChoice | undefined;
  onChoose(choice: PaletteChoice): void;
  onHover(index: number): void;
};

function Choices({ list, choices, query, current, onChoose, onHover }: ChoicesProps) {
  return (
    <div ref={list} className={styles.list} id="palette-list" role="listbox" aria-label="Found">
      {choices.map((choice, i) => (
        <Option
          key={choice.id}
          choice={choice}
          query={query}
          first={choice.section !== choices[i - 1]?.section}
          current={choice === current}
          onChoose={() => onChoose(choice)}
          onHover={() => onHover(i)}
        />
      ))}
    </div>
  );
}

type OptionProps = {
  choice: PaletteChoice;
  query: string;
  first: boolean;
  current: boolean;
  onChoose(): void;
  onHover(): void;
};

function Option({ choice, query, first, current, onChoose, onHover }: OptionProps) {
  const { fleet } = useConsole();
  const Icon = choice.icon ? ICONS[choice.icon] : null;
  const action = choice.section === "Actions";
  return (
    <>
      {first && (
        <div className={styles.group} role="presentation">
          {choice.section}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys (aria-activedescendant) */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: options of a combobox take no focus */}
      <div
        id={`palette-${choice.id}`}
        className={styles.option}
        role="option"
        aria-selected={current}
        onClick={onChoose}
        onPointerMove={onHover}
        data-testid="palette-option"
      >
        {Icon ? (
          <Icon size={15} strokeWidth={1.5} aria-hidden="true" />
        ) : (
          <StatusMark kind={classOf(fleet.status[choice.ordinal ?? -1] ?? 0) ?? "offline"} />
        )}
        {action ? (
          <span>
            {choice.hint} “<mark>{choice.name}</mark>”
          </span>
        ) : (
          <>
            <bdi>{marked(choice.name, query.trim())}</bdi>
            <span className={styles.hint}>{choice.hint}</span>
          </>
        )}
        <span className={styles.space} />
        {(current || action) && (
          <>
            <span className={styles.hint}>{choice.verb}</span>
            <Kbd>{choice.keys}</Kbd>
          </>
        )}
      </div>
    </>
  );
}

function marked(name: string, query: string) {
  const at = query === "" ? -1 : name.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return name;
  return (
    <>
      {name.slice(0, at)}
      <mark>{name.slice(at, at + query.length)}</mark>
      {name.slice(at + query.length)}
    </>
  );
}
