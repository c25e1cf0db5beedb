/**
 * What becomes of a code while somebody looks: nobody came yet, a machine knocked and waits, it is in and online.
 * Everything comes by the feed. Not here: other codes (JoiningView).
 */
import { type ReactNode, useMemo } from "react";
import type { JoinCodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { remaining } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole, useFleet, useTrust } from "../../state/hooks";
import { classOf } from "../../state/status";
import { codeState } from "../../state/trust";
import styles from "./Join.module.css";
import { WaitingCard } from "./WaitingCard";

type ProgressProps = {
  code: JoinCodeView;
  onDone?: (() => void) | undefined;
  onAgain?: () => void;
  children?: ReactNode;
};

export function Progress({ code, onDone, onAgain, children }: ProgressProps) {
  const now = useNow();
  const all = useTrust((s) => s.waiting);
  const waiting = useMemo(() => all.filter((one) => one.code === code.id), [all, code.id]);
  const joined = useJoined(code.id);
  const state = codeState(code, now);
  return (
    <div className={styles.progress} data-testid="join-progress" data-state={state}>
      <div className={styles.steps}>
        <span className={styles.waiting} role="status">
          {state === "open" ? <i /> : <StatusMark kind="offline" size={10} />}
          {sentence(state, waiting.length, joined.length)}
        </span>
        {state === "open" && <span>{left(code, now)}</span>}
        {state !== "open" && onAgain && (
          <Button small onClick={onAgain} data-testid="join-again">
            {state === "used" ? t("Another machine") : t("New line")}
          </Button>
        )}
        {children}
      </div>
      {waiting.length > 0 && (
        <ul className={styles.cards}>
          {waiting.map((one) => (
            <WaitingCard key={one.id} one={one} />
          ))}
        </ul>
      )}
      {joined.length > 0 && (
        <ul className={styles.joined}>
          {joined.map((ordinal) => (
            <Joined key={ordinal} ordinal={ordinal} onDone={onDone} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** Nodes that came in with this code, in order of registration. */
function useJoined(code: string): number[] {
  const { fleet } = useConsole();
  const version = useFleet((f) => f.versions.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  return useMemo(
    () => [...fleet.ordinals()].filter((ordinal) => fleet.node(ordinal)?.trust.code === code),
    [fleet, code, version],
  );
}

function Joined({ ordinal, onDone }: { ordinal: number; onDone?: (() => void) | undefined }) {
  const { ui } = useConsole();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const status = useFleet((fleet) => classOf(fleet.status[ordinal] ?? 0));
  const show = () => {
    ui.getState().go("map");
    ui.getState().openNode(ordinal);
    ui.getState().fly("star", ordinal);
    onDone?.();
  };
  return (
    <li data-testid="joined">
      <StatusMark kind={status ?? "offline"} />
      <span>
        {phrase(status === "offline" ? "<name/> was accepted; it comes within seconds" : "<name/> is online", {
          name: <bdi>{node?.name}</bdi>,
        })}
      </span>
      <Button small onClick={show} data-testid="show-joined">
        {t("Show on map")}
      </Button>
    </li>
  );
}

function sentence(state: ReturnType<typeof codeState>, waiting: number, joined: number): string {
  if (waiting > 0)
    return waiting === 1
      ? t("A machine knocked and waits for you")
      : t("{{count}} machines wait for you", { count: waiting });
  if (state === "expired") return t("This line has ended; nobody can use it any more");
  if (state === "withdrawn") return t("This line was withdrawn");
  if (state === "used") return joined > 0 ? t("This line is used up") : t("It was used; the machine is on its way");
  return joined > 0 ? t("Waiting for the next machine…") : t("Waiting for a connection…");
}

function left(code: JoinCodeView, now: number): string {
  const uses = code.uses === 1 ? t("Valid once") : t("For {{count}} more machines", { count: code.uses - code.used });
  return t("{{uses}}, for {{when}}", { uses, when: remaining(code.expiresAt, now) });
}
