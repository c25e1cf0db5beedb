/**
 * What becomes of a code while somebody looks: nobody came yet, a machine knocked and waits, it is in and online.
 * Everything comes by the feed. Not here: other codes (JoiningView).
 */
import { type ReactNode, useMemo } from "react";
import type { JoinCodeView } from "../../bridge/typesTrust";
import { Button } from "../../components/Button";
import { counted, remaining } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
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
            {state === "used" ? "Another machine" : "New line"}
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
        <bdi>{node?.name}</bdi> {status === "offline" ? "was accepted; it comes within seconds" : "is online"}
      </span>
      <Button small onClick={show} data-testid="show-joined">
        Show on map
      </Button>
    </li>
  );
}

function sentence(state: ReturnType<typeof codeState>, waiting: number, joined: number): string {
  if (waiting > 0) return waiting === 1 ? "A machine knocked and waits for you" : `${waiting} machines wait for you`;
  if (state === "expired") return "This line has ended; nobody can use it any more";
  if (state === "withdrawn") return "This line was withdrawn";
  if (state === "used") return joined > 0 ? "This line is used up" : "It was used; the machine is on its way";
  return joined > 0 ? "Waiting for the next machine…" : "Waiting for a connection…";
}

function left(code: JoinCodeView, now: number): string {
  const uses = code.uses === 1 ? "Valid once" : `For ${counted(code.uses - code.used, "more machine")}`;
  return `${uses}, for ${remaining(code.expiresAt, now)}`;
}
