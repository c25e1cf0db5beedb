/**
 * Ctrl K: find anything and go there. Enter acts on the highlighted choice, Ctrl Enter runs a skill on everything that
 * matches, Tab filters map and table to the query. An expression (tag:gpu and not site=paris) is answered by the Nexus:
 * it selects exactly the nodes that are meant. What is typed after the choice goes where the keyboard went, at once.
 * Not here: what is offered (choices.ts), how it looks (Finder.tsx).
 */
import { Dialog } from "@base-ui/react/dialog";
import { useRef } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { useConsole, useUi } from "../../state/hooks";
import type { PaletteChoice } from "./choice";
import { Finder } from "./Finder";
import styles from "./Palette.module.css";
import { remember } from "./recent";
import type { Command } from "./sources/commands";

/** `more`: what the shell can do besides. */
export function Palette({ more }: { more: readonly Command[] }) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const open = useUi((s) => s.palette.open);
  const popup = useRef<HTMLDivElement>(null);
  const before = useFocusBefore(open);
  const close = (choice: PaletteChoice | null) => {
    if (choice) remember(choice.id);
    // At once: keys that follow must not be typed into what is closing.
    flushSync(() => {
      ui.getState().set({ palette: { open: false, query: "" } });
      choice?.act();
    });
    if (!popup.current?.contains(document.activeElement) && document.activeElement !== document.body) return;
    if (choice?.toForm && document.querySelector('[role="dialog"]:not([data-testid="palette"])')) return;
    const back = before.current?.isConnected ? before.current : document.querySelector<HTMLElement>("main");
    back?.focus();
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close(null)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          ref={popup}
          className={styles.popup}
          data-testid="palette"
          aria-label={t("Find and run")}
          finalFocus={false}
        >
          {open && <Finder more={more} onDone={close} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Where the keyboard was when the palette opened. */
function useFocusBefore(open: boolean) {
  const before = useRef<HTMLElement | null>(null);
  const was = useRef(false);
  if (open && !was.current && document.activeElement instanceof HTMLElement) before.current = document.activeElement;
  was.current = open;
  return before;
}
