/**
 * A list of things that can be done with something, at a place on the screen. The caller says where and gets the keyboard
 * back. Not here: what can be done.
 */
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { Kbd } from "./Kbd";
import styles from "./Menu.module.css";

export type MenuItem =
  | {
      key: string;
      label: ReactNode;
      keys?: string;
      /** A mark for what is in force. */
      icon?: ReactNode;
      danger?: boolean;
      disabled?: boolean;
      onChoose(): void;
    }
  | "line";

export type Place = { getBoundingClientRect(): DOMRect };

type MenuProps = {
  label: string;
  open: boolean;
  /** Where it opens; an element or a point. */
  at: Element | Place | null;
  items: readonly MenuItem[];
  onClose(): void;
  /** Where the keyboard goes on. */
  back?: () => HTMLElement | null;
  testId?: string;
};

export function Menu({ label, open, at, items, onClose, back, testId }: MenuProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Positioner className={styles.positioner} anchor={at} side="bottom" align="start" sideOffset={4}>
          <Base.Popup
            className={styles.popup}
            aria-label={label}
            finalFocus={() => back?.() ?? true}
            data-testid={testId}
          >
            {items.map((item, i) =>
              item === "line" ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines are alike
                <Base.Separator key={`line ${i}`} className={styles.line} />
              ) : (
                <Base.Item
                  key={item.key}
                  className={`${styles.item} ${item.danger ? styles.danger : ""}`}
                  disabled={item.disabled ?? false}
                  onClick={item.onChoose}
                  data-testid={`menu-${item.key}`}
                >
                  {item.icon && <span className={styles.icon}>{item.icon}</span>}
                  <span className={styles.label}>{item.label}</span>
                  {item.keys && <Kbd>{item.keys}</Kbd>}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** A point as a place for a menu. */
export function pointAt(x: number, y: number): Place {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}
