/** A key as printed on the keyboard. Decoration: the shortcut itself is told to assistive technology elsewhere. */
import type { ReactNode } from "react";
import styles from "./Kbd.module.css";

const MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

export function Kbd({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd element takes no focus
    <kbd className={styles.kbd} aria-hidden="true">
      {children}
    </kbd>
  );
}

/** "Ctrl K" or "⌘ K", as the system calls it. */
export function withModifier(key: string): string {
  return MAC ? `⌘ ${key}` : `Ctrl ${key}`;
}
