/**
 * The door of the console in a browser: a token, once; then a cookie that no script can read.
 * Not here: what the token may do, which the Nexus decides at each call.
 */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/Button";
import { TextField } from "../components/TextField";
import styles from "./SignIn.module.css";

export function SignIn({ onSignedIn }: { onSignedIn(): void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() === "" || busy) return;
    setBusy(true);
    setProblem(await signIn(token.trim()));
    setBusy(false);
  };
  const signIn = async (secret: string): Promise<string | null> => {
    const answer = await fetch("/console/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: secret }),
    }).catch(() => null);
    if (answer === null) return t("The Nexus does not answer.");
    if (answer.ok) {
      onSignedIn();
      return null;
    }
    const said = (await answer.json().catch(() => null)) as { detail?: unknown } | null;
    if (answer.status === 401) return t("The Nexus does not know this token.");
    return typeof said?.detail === "string" ? said.detail : t("Refused ({{status}}).", { status: answer.status });
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit} noValidate data-testid="sign-in">
        <svg className={styles.mark} viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="3.2" fill="currentColor" />
          <circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" strokeWidth="1.4" />
          <path
            d="M2 15.5a10.6 10.6 0 0 1 3-10M22 8.5a10.6 10.6 0 0 1-3 10"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.2"
          />
        </svg>
        <h1>{t("Sign in to this Nexus")}</h1>
        <TextField
          ref={field}
          label={t("Token")}
          type="password"
          value={token}
          onChange={setToken}
          hint={t("On the machine of the Nexus, “nexus token” shows the owner's; “nexus token make” makes others.")}
          problem={problem}
          mono
          testId="sign-in-token"
        />
        <Button look="primary" type="submit" disabled={busy || token.trim() === ""} data-testid="sign-in-go">
          {busy ? t("Signing in…") : t("Sign in")}
        </Button>
      </form>
    </main>
  );
}
