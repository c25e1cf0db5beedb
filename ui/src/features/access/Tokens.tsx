/**
 * API tokens: who else may ask, how much, with which nodes and calls, until when; and when each was last used. Read
 * when the page opens and after each change. Not here: what a role may do (the Nexus decides).
 */
import { useCallback, useEffect, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { MadeTokenView, TokenView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { ago, fullTime, remaining } from "../../components/format";
import { Notice } from "../../components/Notice";
import { t } from "../../i18n";
import { phrase } from "../../i18n/phrase";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import { roleWord } from "../../state/words";
import { TokenForm } from "./TokenForm";
import styles from "./Tokens.module.css";

export function Tokens() {
  const { tokens, problem, read } = useTokens();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<MadeTokenView | null>(null);
  const good = tokens?.filter(isGood) ?? [];
  const ended = tokens?.filter((token) => !isGood(token)).reverse() ?? [];
  const onMade = (next: MadeTokenView) => {
    setMade(next);
    setMaking(false);
    read();
  };
  return (
    <section className={styles.section} aria-label={t("Access")} data-testid="tokens">
      <div className={styles.head}>
        <div>
          <h2>{t("Access")}</h2>
          <p>{t("Tokens for scripts and other people. They ask over REST; this window needs none.")}</p>
        </div>
        <AskButton asks="makeToken" onClick={() => setMaking(!making)} aria-expanded={making} data-testid="new-token">
          {making ? t("Cancel") : t("New token")}
        </AskButton>
      </div>
      {making && <TokenForm onMade={onMade} />}
      {made && <Made made={made} onDone={() => setMade(null)} />}
      {problem && (
        <div className={styles.pad}>
          <Notice tone="problem" testId="tokens-problem">
            {problem}
          </Notice>
        </div>
      )}
      {tokens && good.length === 0 && (
        <p className={styles.none}>{t("No token opens anything. Only this machine can ask.")}</p>
      )}
      <ul>
        {good.map((token) => (
          <Token key={token.id} token={token} onChange={read} />
        ))}
      </ul>
      {ended.length > 0 && <Ended tokens={ended} />}
    </section>
  );
}

function useTokens() {
  const { bridge } = useConsole();
  const [state, setState] = useState<{ tokens: TokenView[] | null; problem: string | null }>({
    tokens: null,
    problem: null,
  });
  const read = useCallback(() => {
    bridge.tokens().then(
      (tokens) => setState({ tokens, problem: null }),
      (reason) =>
        setState((s) => ({
          ...s,
          problem: t("The tokens cannot be read: {{reason}}", { reason: problemText(reason) }),
        })),
    );
  }, [bridge]);
  useEffect(read, [read]);
  return { ...state, read };
}

/** The one moment in which the secret exists outside of the machine that uses it. */
function Made({ made, onDone }: { made: MadeTokenView; onDone(): void }) {
  return (
    <div className={styles.made} role="status" data-testid="made-token">
      <p>
        {phrase("<name/> can ask now. This is the only time that its secret is shown.", {
          name: (
            <b>
              <bdi>{made.token.name}</bdi>
            </b>
          ),
        })}
      </p>
      <div className={styles.secret}>
        <code data-testid="token-secret">{made.secret}</code>
        <CopyButton look="primary" text={() => made.secret} testId="copy-secret" />
      </div>
      <Button look="bare" onClick={onDone} data-testid="secret-done">
        {t("I have kept it")}
      </Button>
    </div>
  );
}

function Token({ token, onChange }: { token: TokenView; onChange(): void }) {
  const { bridge } = useConsole();
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const soon = Date.parse(token.expiresAt) - Date.now() < 7 * 86_400_000;
  const revoke = () => {
    bridge.revokeToken(token.id).then(onChange, (reason) => setProblem(problemText(reason)));
  };
  return (
    <li className={styles.token} data-testid="token">
      <div className={styles.name}>
        <b>
          <bdi>{token.name}</bdi>
        </b>
        <em>{roleWord(token.role)}</em>
      </div>
      <div className={styles.scope}>
        <Scope token={token} />
        <span className={styles.used}>
          {token.lastUsedAt === null
            ? t("never used")
            : phrase("used <when/> from <where/>", {
                when: ago(token.lastUsedAt),
                where: <code>{token.lastUsedFrom}</code>,
              })}
        </span>
      </div>
      <span className={soon ? styles.soon : styles.ends} title={fullTime(token.expiresAt)}>
        {t("ends in {{when}}", { when: remaining(token.expiresAt) })}
      </span>
      <div className={styles.answers}>
        {asked ? (
          <>
            <Button small look="danger" onClick={revoke} data-testid="revoke-token-sure">
              {t("Revoke now")}
            </Button>
            <Button small look="bare" onClick={() => setAsked(false)}>
              {t("Keep")}
            </Button>
          </>
        ) : (
          <AskButton
            asks="revokeToken"
            small
            onClick={() => setAsked(true)}
            aria-label={t("Revoke {{name}}", { name: token.name })}
            data-testid="revoke-token"
          >
            {t("Revoke")}
          </AskButton>
        )}
      </div>
      {problem && (
        <div className={styles.problem}>
          <Notice tone="problem">{problem}</Notice>
        </div>
      )}
    </li>
  );
}

function Scope({ token }: { token: TokenView }) {
  const nodes = token.nodes === "*" ? t("every node") : token.nodes === "" ? t("no node") : null;
  const calls = token.calls.includes("*") ? t("every call") : token.calls.length === 0 ? t("no call") : null;
  return (
    <span>
      {nodes ?? <code>{token.nodes}</code>} · {calls ?? <code>{token.calls.join(" ")}</code>}
    </span>
  );
}

function Ended({ tokens }: { tokens: readonly TokenView[] }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.ended}>
      <Button look="bare" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="ended-tokens">
        {open
          ? t("Hide ended tokens ({{n}})", { n: tokens.length })
          : t("Show ended tokens ({{n}})", { n: tokens.length })}
      </Button>
      {open && (
        <ul>
          {tokens.map((token) => (
            <li key={token.id}>
              <bdi>{token.name}</bdi> · {roleWord(token.role)} ·{" "}
              {token.revokedAt === null
                ? t("ended {{when}}", { when: ago(token.expiresAt) })
                : t("revoked {{when}}", { when: ago(token.revokedAt) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function isGood(token: TokenView): boolean {
  return token.revokedAt === null && Date.parse(token.expiresAt) > Date.now();
}
