/**
 * The page of those who want in: the waiting room on top, then the lines that can still be used, then the ones that
 * cannot any more. Everything moves by itself with the feed.
 */
import { Plus } from "lucide-react";
import { useState } from "react";
import type { JoinCodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { ago, count, fullTime, remaining } from "../../components/format";
import { Notice } from "../../components/Notice";
import { useNow } from "../../components/useNow";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole, useTrust } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { type CodeState, codeState } from "../../state/trust";
import { usePersonWord } from "../../state/viewer";
import styles from "./JoiningView.module.css";
import room from "./Waiting.module.css";
import { WaitingCard } from "./WaitingCard";

const MOST_ENDED = 30;
const WORDS: Record<CodeState, () => string> = {
  open: () => t("open"),
  used: () => t("used up"),
  expired: () => t("ended"),
  withdrawn: () => t("withdrawn"),
};

export function JoiningView() {
  const { ui } = useConsole();
  const waiting = useTrust((s) => s.waiting);
  const codes = useTrust((s) => s.codes);
  const now = useNow();
  const shown = codes.filter((code) => code.createdBy !== "this Nexus");
  const open = shown.filter((code) => codeState(code, now) === "open");
  const ended = shown.filter((code) => codeState(code, now) !== "open").slice(0, MOST_ENDED);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} tabIndex={0} aria-label={t("Joining")} data-testid="joining-page">
      <div className={styles.column}>
        <div className={styles.head}>
          <h1>{t("Joining")}</h1>
          <Button look="primary" onClick={() => ui.getState().set({ adding: true })} data-testid="add-machine">
            <Plus size={15} strokeWidth={1.6} aria-hidden="true" /> {t("Add a machine")}
          </Button>
        </div>
        <section aria-labelledby="waiting-room">
          <h2 id="waiting-room">
            {t("Waiting room")} {waiting.length > 0 && <em data-testid="waiting-count">{count(waiting.length)}</em>}
          </h2>
          {waiting.length === 0 ? (
            <p className={styles.none}>
              {t(
                "Nobody waits. Machines that come with a line for many stand here until you accept them; until then they get nothing.",
              )}
            </p>
          ) : (
            <ul className={room.list} data-testid="waiting-room">
              {waiting.map((one) => (
                <WaitingCard key={one.id} one={one} />
              ))}
            </ul>
          )}
        </section>
        <section aria-labelledby="open-lines">
          <h2 id="open-lines">{t("Lines that can be used")}</h2>
          {open.length === 0 ? (
            <p className={styles.none}>{t("None. A line is made when you add a machine.")}</p>
          ) : (
            <Codes codes={open} now={now} />
          )}
        </section>
        {ended.length > 0 && (
          <section aria-labelledby="ended-lines">
            <h2 id="ended-lines">{t("Earlier")}</h2>
            <Codes codes={ended} now={now} />
          </section>
        )}
      </div>
    </section>
  );
}

function Codes({ codes, now }: { codes: readonly JoinCodeView[]; now: number }) {
  return (
    <ul className={styles.codes}>
      {codes.map((code) => (
        <Code key={code.id} code={code} now={now} />
      ))}
    </ul>
  );
}

function Code({ code, now }: { code: JoinCodeView; now: number }) {
  const who = usePersonWord();
  const { bridge } = useConsole();
  const [problem, setProblem] = useState<string | null>(null);
  const state = codeState(code, now);
  const withdraw = () => {
    bridge.withdrawJoinCode(code.id).then(
      () => setProblem(null),
      (reason) => setProblem(problemText(reason)),
    );
  };
  return (
    <li className={styles.code} data-testid="join-code" data-state={state}>
      <div>
        <b>
          <bdi>{code.label || code.name || t("One machine")}</bdi>
        </b>
        <span>
          {code.rekeys !== null ? `${t("gives a new key")} · ` : ""}
          {code.waitingRoom ? `${t("each waits for you")} · ` : ""}
          {code.tags.length > 0 && (
            <>
              <bdi>{code.tags.join(" ")}</bdi>
              {" · "}
            </>
          )}
          {phrase("made <when/> by <who/>", { when: ago(code.createdAt, now), who: <bdi>{who(code.createdBy)}</bdi> })}
        </span>
      </div>
      <span className={styles.uses}>
        {state === "open"
          ? t("{{count}} uses left", { count: code.uses - code.used })
          : t("{{used}} of {{count}} uses", { used: code.used, count: code.uses })}
      </span>
      <span className={styles.ends} title={fullTime(code.expiresAt)}>
        {state === "open" ? t("ends in {{when}}", { when: remaining(code.expiresAt, now) }) : WORDS[state]()}
      </span>
      {state === "open" ? (
        <Button
          small
          onClick={withdraw}
          aria-label={code.label ? t("Withdraw {{name}}", { name: code.label }) : t("Withdraw this line")}
          data-testid="withdraw"
        >
          {t("Withdraw")}
        </Button>
      ) : (
        <span />
      )}
      {problem && (
        <div className={styles.problem}>
          <Notice tone="problem">{problem}</Notice>
        </div>
      )}
    </li>
  );
}
