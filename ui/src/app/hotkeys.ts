/**
 * Keys that work wherever the operator is: Ctrl K, Ctrl Shift S stop everything; and unless they are typing: / search, T table, L lasso, R run, G group, A add a machine,
 * H the last 24 hours, N and Shift N next and previous exception, Esc one step back.
 * Not here: walking the map (features/map/mapKeys) and the table's own keys.
 */
import { type RefObject, useEffect } from "react";
import { t } from "../i18n";
import type { Console } from "../state/console";
import { classOf } from "../state/status";

export function useHotkeys(console: Console, search: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        console.ui.getState().set({ palette: { open: true, query: "" } });
        return;
      }
      if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        const held = console.jobs.getState().stop?.held === true;
        // Over whatever else is open: who presses this is in a hurry.
        console.ui.getState().set({ palette: { open: false, query: "" }, adding: false, stopping: !held });
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || console.ui.getState().palette.open) return;
      // One that is on its way out hears nothing any more.
      if (document.querySelector(':is([role="dialog"], [role="alertdialog"]):not([data-closed])')) return;
      if (event.key === "Escape" && leaveField(event.target)) return;
      if (isTyping(event.target)) return;
      if (onLetter(event, console, search)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [console, search]);
}

function onLetter(event: KeyboardEvent, console: Console, search: RefObject<HTMLInputElement | null>): boolean {
  const { ui, fleet } = console;
  const state = ui.getState();
  switch (event.key) {
    case "/":
      if (state.page === "nodes" && search.current) search.current.focus();
      else state.set({ palette: { open: true, query: "" } });
      return true;
    case "t":
    case "T":
      state.go(state.page === "nodes" ? "map" : "nodes");
      return true;
    case "l":
    case "L":
      if (state.page !== "map" || state.mapUnavailable !== null) return false;
      state.set({ lasso: !state.lasso });
      return true;
    case "r":
    case "R":
      return callForm(console);
    case "g":
    case "G":
      if (state.cursor === null) return false;
      state.select([...fleet.ordinals()].filter((o) => fleet.group[o] === fleet.group[state.cursor ?? -1]));
      return true;
    case "a":
    case "A":
      state.set({ adding: true });
      return true;
    case "h":
    case "H":
      if (state.page !== "map" || state.mapUnavailable !== null) return false;
      console.replay.getState().show();
      return true;
    case "n":
    case "N":
      return toException(console, event.shiftKey ? -1 : 1);
    case "Escape":
      // The lasso is in the hand; then comes the time that is shown.
      if (state.lasso || !console.replay.getState().back()) state.back();
      return true;
    default:
      return false;
  }
}

/** R: the form for what is chosen; a star under the keyboard is opened first. */
function callForm({ ui, replay, news }: Console): boolean {
  if (replay.getState().at !== null) {
    news.toast(t("Running acts on the present. Go back to now first (Esc)."), "problem");
    return true;
  }
  const { open, cursor, selected, openNode, callForm: call } = ui.getState();
  if (selected.size === 0 && open === null) {
    if (cursor === null) return false;
    openNode(cursor);
  }
  call();
  return true;
}

function toException({ ui, fleet, replay }: Console, step: 1 | -1): boolean {
  const status = replay.getState().past?.stars.status ?? fleet.status;
  const exceptions = [...fleet.ordinals()].filter((o) => !["online", null].includes(classOf(status[o] ?? 0)));
  if (exceptions.length === 0) return false;
  const from = ui.getState().cursor ?? (step > 0 ? -1 : Number.POSITIVE_INFINITY);
  const next =
    step > 0
      ? (exceptions.find((o) => o > from) ?? exceptions[0])
      : (exceptions.findLast((o) => o < from) ?? exceptions.at(-1));
  if (next === undefined) return false;
  ui.getState().setCursor(next);
  ui.getState().fly("star", next);
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest('[role="combobox"], [role="listbox"]:not([data-testid="map"])') !== null)
  );
}

/** The first Escape in a field leaves the field, the next one goes a step back. */
function leaveField(target: EventTarget | null): boolean {
  if (!isTyping(target) || !(target instanceof HTMLElement)) return false;
  target.blur();
  return true;
}
