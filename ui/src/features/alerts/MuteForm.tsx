/** For how long nobody wants to hear of a cause, or of all of its rule. What is muted goes on being looked at. */
import { type FormEvent, useId, useState } from "react";
import type { CauseView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
import { t } from "../../i18n";
import { mute, ofCause, ofRule } from "../../state/alertCommands";
import { useConsole } from "../../state/hooks";
import styles from "./Alerts.module.css";

const HOUR = 3_600_000;

export function MuteForm({ cause, onDone }: { cause: CauseView; onDone(): void }) {
  const console = useConsole();
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const [rule, setRule] = useState(false);
  const id = useId();
  const send = async (at: Date) => {
    if (Number.isNaN(at.getTime())) return;
    if (await mute(console, rule ? ofRule(cause.ruleId) : ofCause(cause.key), at, reason.trim())) onDone();
  };
  const after = (hours: number) => void send(new Date(Date.now() + hours * HOUR));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send(new Date(until));
  };
  return (
    <form className={styles.muting} onSubmit={submit} aria-label={t("Mute")} data-testid="mute-form">
      <div className={styles.spans}>
        <Button small onClick={() => after(1)} data-testid="mute-1">
          {t("1 h")}
        </Button>
        <Button small onClick={() => after(8)} data-testid="mute-8">
          {t("8 h")}
        </Button>
        <Button small onClick={() => after(24)}>
          {t("1 day")}
        </Button>
        <Button small onClick={() => after(168)}>
          {t("1 week")}
        </Button>
      </div>
      <div className={styles.until}>
        <label htmlFor={id}>{t("or until")}</label>
        <input id={id} type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />
        <Button small type="submit" disabled={until === ""}>
          {t("Mute")}
        </Button>
      </div>
      <TextField label={t("Why, for others (may be empty)")} value={reason} onChange={setReason} maxLength={300} />
      <Tick checked={rule} onChange={setRule} testId="mute-rule">
        {t("All of this rule, not only this cause")}
      </Tick>
    </form>
  );
}
