/**
 * A line of text that is completed while it is typed: a list under the caret's word, arrows and Enter or Tab choose,
 * Escape closes it. Not here: what fits (the caller asks for it), what the text means.
 */
import { type KeyboardEvent, type Ref, type RefObject, useEffect, useId, useRef, useState } from "react";
import { t } from "../i18n";
import styles from "./Completing.module.css";

export type Completion = { from: number; items: readonly { text: string; what: string; count: number | null }[] };
type CompletingProps = {
  label: string;
  value: string;
  placeholder?: string;
  problem?: string | null;
  note?: string | null;
  complete(text: string, at: number): Promise<Completion>;
  onChange(value: string): void;
  /** Enter, with nothing to choose from. */
  onEnter?(): void;
  hiddenLabel?: boolean;
  ref?: Ref<HTMLInputElement>;
  testId?: string;
};

const SETTLE_MS = 120;
const NOTHING: Completion = { from: 0, items: [] };

export function Completing(props: CompletingProps) {
  const { label, value, note = null, hiddenLabel = false, testId } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useCompletions(props.complete);
  const open = list.items.length > 0;
  // What is being completed is not wrong yet.
  const problem = open ? null : (props.problem ?? null);
  const { choose, onKeyDown } = useKeys(props, list, input);
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hiddenLabel ? "visually-hidden" : styles.label}>
        {label}
      </label>
      <input
        ref={(element) => {
          input.current = element;
          if (typeof props.ref === "function") props.ref(element);
          else if (props.ref) props.ref.current = element;
        }}
        id={id}
        className={styles.input}
        value={value}
        placeholder={props.placeholder}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={list.at === null ? undefined : `${id}-${list.at}`}
        aria-invalid={problem !== null || undefined}
        aria-describedby={(problem ?? note) ? `${id}-note` : undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          props.onChange(event.target.value);
          list.ask(event.target.value, event.target.selectionStart ?? event.target.value.length);
        }}
        onKeyDown={onKeyDown}
        onBlur={list.close}
        data-testid={testId}
      />
      <Offers id={id} label={label} list={list} onChoose={choose} />
      {(problem ?? note) !== null && (
        <span id={`${id}-note`} className={problem !== null ? styles.problem : styles.note} data-testid="target-note">
          {problem ?? note}
        </span>
      )}
    </div>
  );
}

/** What the keys do to the list, and how a chosen text gets into the field. */
function useKeys(
  { value, onChange, onEnter }: CompletingProps,
  list: ReturnType<typeof useCompletions>,
  input: RefObject<HTMLInputElement | null>,
) {
  const open = list.items.length > 0;
  const choose = (text: string) => {
    const end = input.current?.selectionStart ?? value.length;
    const chosen = value.slice(0, list.from) + text;
    onChange(chosen + value.slice(end));
    list.close();
    // After the new value is in the field, the caret stands behind what was chosen.
    requestAnimationFrame(() => {
      input.current?.setSelectionRange(chosen.length, chosen.length);
      if (/[:@ ]$/.test(text)) list.ask(chosen, chosen.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const item = list.at === null ? undefined : list.items[list.at];
    if (event.key === "ArrowDown" && open) list.move(1);
    else if (event.key === "ArrowUp" && open) list.move(-1);
    else if (event.key === "Escape" && open) {
      list.close();
      event.stopPropagation();
    } else if ((event.key === "Enter" || event.key === "Tab") && item && !event.ctrlKey && !event.metaKey)
      choose(item.text);
    else if (event.key === "Enter" && onEnter && !event.ctrlKey && !event.metaKey) {
      list.close();
      onEnter();
    } else return;
    event.preventDefault();
  };
  return { choose, onKeyDown };
}

type OffersProps = {
  id: string;
  label: string;
  list: Completion & { at: number | null };
  onChoose(text: string): void;
};

function Offers({ id, label, list, onChoose }: OffersProps) {
  return (
    <div
      id={`${id}-list`}
      className={styles.list}
      role="listbox"
      aria-label={t("For {{label}}", { label })}
      hidden={list.items.length === 0}
    >
      {list.items.map((item, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys (aria-activedescendant)
        // biome-ignore lint/a11y/useFocusableInteractive: options of a combobox take no focus
        <div
          key={`${item.what} ${item.text}`}
          id={`${id}-${i}`}
          className={styles.option}
          role="option"
          aria-selected={i === list.at}
          // Before the field loses the keyboard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(item.text)}
          data-testid="completion"
        >
          <code>{item.text}</code>
          <span>{item.what}</span>
          {item.count !== null && <b>{item.count}</b>}
        </div>
      ))}
    </div>
  );
}

function useCompletions(complete: CompletingProps["complete"]) {
  const [found, setFound] = useState<Completion>(NOTHING);
  const [at, setAt] = useState<number | null>(null);
  const turn = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const close = () => {
    turn.current += 1;
    clearTimeout(timer.current);
    setFound(NOTHING);
    setAt(null);
  };
  const ask = (text: string, caret: number) => {
    close();
    if (text === "") return;
    const mine = turn.current;
    timer.current = setTimeout(() => {
      complete(text, caret).then(
        (next) => mine === turn.current && setFound(next),
        // What cannot be completed can still be typed.
        () => undefined,
      );
    }, SETTLE_MS);
  };
  const move = (step: 1 | -1) =>
    setAt((now) => {
      const count = found.items.length;
      return now === null ? (step > 0 ? 0 : count - 1) : (now + step + count) % count;
    });
  return { ...found, at, ask, close, move };
}
