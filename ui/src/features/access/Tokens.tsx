/**
 * API tokens: who else may ask, how much, with which nodes and calls, until when; and when each was last used. Read
 * when the page opens and after each change. Not here: what a role may do (the Nexus decides).
 */
import { useCallback, useEffect, useState } from "react";
import type { MadeTokenView, TokenView } from "../../bridge/typesTrust";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { ago, count, fullTime, remaining } from "../../components/format";
import { Notice } from "../../components/Notice";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
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
    <section className={styles.section} aria-label="Access" data-testid="tokens">
      <div className={styles.head}>
        <div>
          <h2>Access</h2>
          <p>Tokens for scripts and other people. They ask over REST; this window needs none.</p>
        </div>
        <Button onClick={() => setMaking(!making)} aria-expanded={making} data-testid="new-token">
          {making ? "Cancel" : "New token"}
        </Button>
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
        <p className={styles.none}>No token opens anything. Only this machine can ask.</p>
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
      (reason) => setState((s) => ({ ...s, problem: `The tokens cannot be read: ${problemText(reason)}` })),
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
        <b>
          <bdi>{made.token.name}</bdi>
        </b>{" "}
        can ask now. This is the only time that its secret is shown.
      </p>
      <div className={styles.secret}>
        <code data-testid="token-secret">{made.secret}</code>
        <CopyButton look="primary" text={() => made.secret} testId="copy-secret" />
      </div>
      <Button look="bare" onClick={onDone} data-testid="secret-done">
        I have kept it
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
        <em>{token.role}</em>
      </div>
      <div className={styles.scope}>
        <Scope token={token} />
        <span className={styles.used}>
          {token.lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              used {ago(token.lastUsedAt)} from <code>{token.lastUsedFrom}</code>
            </>
          )}
        </span>
      </div>
      <span className={soon ? styles.soon : styles.ends} title={fullTime(token.expiresAt)}>
        ends in {remaining(token.expiresAt)}
      </span>
      <div className={styles.answers}>
        {asked ? (
          <>
            <Button small look="danger" onClick={revoke} data-testid="revoke-token-sure">
              Revoke now
            </Button>
            <Button small look="bare" onClick={() => setAsked(false)}>
              Keep
            </Button>
          </>
        ) : (
          <Button small onClick={() => setAsked(true)} aria-label={`Revoke ${token.name}`} data-testid="revoke-token">
            Revoke
          </Button>
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
  const nodes = token.nodes === "*" ? "every node" : token.nodes === "" ? "no node" : null;
  const calls = token.calls.includes("*") ? "every call" : token.calls.length === 0 ? "no call" : null;
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
        {open ? "Hide" : "Show"} ended tokens ({count(tokens.length)})
      </Button>
      {open && (
        <ul>
          {tokens.map((token) => (
            <li key={token.id}>
              <bdi>{token.name}</bdi> · {token.role} ·{" "}
              {token.revokedAt === null ? `ended ${ago(token.expiresAt)}` : `revoked ${ago(token.revokedAt)}`}
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
