/** One process as a row, and opened with all that is known of it. Not here: stopping it. */
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../../asking/AskButton";
import { CopyButton } from "../../../components/CopyButton";
import { ago, bytes, decimal } from "../../../components/format";
import styles from "./Processes.module.css";
import type { Process } from "./shapes";

/** More than most of one core. */
const BUSY = 80;

type ProcessRowProps = {
  process: Process;
  open: boolean;
  onToggle(): void;
  onStop: ((process: Process) => void) | null;
};

export function ProcessRow({ process, open, onToggle, onStop }: ProcessRowProps) {
  return (
    <>
      <tr className={styles.row} data-testid="process" data-pid={process.pid}>
        <td>
          <button type="button" className={styles.open} aria-expanded={open} onClick={onToggle} title={process.command}>
            <ChevronRight size={12} strokeWidth={1.6} aria-hidden="true" />
            <b>{process.name}</b>
            <span>{process.user}</span>
          </button>
        </td>
        <td className={process.cpu >= BUSY ? styles.busy : undefined}>
          {process.cpu >= 100 ? decimal(process.cpu, 0) : decimal(process.cpu)} %
        </td>
        <td>{bytes(process.memory)}</td>
      </tr>
      {open && (
        <tr className={styles.opened}>
          <td colSpan={3}>
            <Details process={process} onStop={onStop} />
          </td>
        </tr>
      )}
    </>
  );
}

function Details({ process, onStop }: Pick<ProcessRowProps, "process" | "onStop">) {
  const { t } = useTranslation();
  return (
    <div className={styles.details}>
      <code data-testid="process-command">{process.command}</code>
      <p>
        {t("Process {{pid}}", { pid: String(process.pid) })}
        {process.parent !== null && ` · ${t("started by {{pid}}", { pid: String(process.parent) })}`}
        {process.started !== "" && ` · ${t("began {{when}}", { when: ago(process.started) })}`}
        {process.state !== "" && ` · ${process.state}`}
      </p>
      {onStop === null && <p>{t("No command that ends a process is allowed on this node.")}</p>}
      <div className={styles.buttons}>
        <CopyButton text={() => String(process.pid)} label={t("Copy its number")} />
        <AskButton
          asks="execute"
          small
          disabled={onStop === null}
          onClick={() => onStop?.(process)}
          data-testid="stop-process"
        >
          {t("Stop process…")}
        </AskButton>
      </div>
    </div>
  );
}
