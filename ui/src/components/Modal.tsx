/** A dialog over everything, with a title and a way out. Not here: what it asks. */
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { t } from "../i18n";
import styles from "./Modal.module.css";

type ModalProps = {
  title: string;
  open: boolean;
  onClose(): void;
  wide?: boolean;
  testId?: string;
  /** The content shows the title itself. */
  untitled?: boolean;
  children: ReactNode;
};

export function Modal({ title, open, onClose, wide = false, testId, untitled = false, children }: ModalProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          // Nothing in it is pressed by the Enter that opened it, and readers hear the name first.
          ref={popup}
          initialFocus={popup}
          tabIndex={-1}
          className={`${styles.popup} ${wide ? styles.wide : ""}`}
          data-testid={testId}
          {...(untitled ? { "aria-label": title } : {})}
        >
          {!untitled && <Dialog.Title className={styles.title}>{title}</Dialog.Title>}
          {children}
          <Dialog.Close className={styles.close} aria-label={t("Close")} title={t("Close")}>
            <X size={16} strokeWidth={1.5} aria-hidden="true" />
          </Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
