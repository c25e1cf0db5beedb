/**
 * Settings of alerts: where others are told of them, and whether that works. The address is a secret, so it goes in and
 * never comes back; what is shown is where it leads. Not here: rules (Rules).
 */
import { type FormEvent, useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { WebhookView } from "../../bridge/types";
import { count, fullTime } from "../../components/format";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import { useWebhook } from "./useWebhook";
import styles from "./Webhook.module.css";

export function Webhook() {
  const { webhook, problem, under, set } = useWebhook();
  const [url, setUrl] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (url.trim() !== "" && (await set(url.trim()))) setUrl("");
  };
  if (webhook === null) return null;
  return (
    <section className={styles.section} aria-label={t("Alerts")} data-testid="webhook">
      <h2>{t("Alerts")}</h2>
      <p>
        {t(
          "The Nexus posts JSON to this address when a cause opens and when it is over: one request for a cause, however many nodes it has.",
        )}
      </p>
      {webhook.to !== null && <Going webhook={webhook} under={under} />}
      {webhook.configured ? (
        <p>{t("The configuration of the Nexus says where (NEXUS_ALERT_WEBHOOK).")}</p>
      ) : (
        <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
          <TextField
            label={webhook.to === null ? t("Post alerts to") : t("Post alerts to another address")}
            value={url}
            placeholder="https://"
            onChange={setUrl}
            problem={problem}
            hint={t("Whoever knows it can post there too, so it is not shown again.")}
            inputMode="url"
            mono
            testId="webhook-url"
          />
          <div className={styles.buttons}>
            {webhook.to !== null && (
              <AskButton asks="setAlertWebhook" small onClick={() => void set(null)} data-testid="webhook-remove">
                {t("Post nowhere")}
              </AskButton>
            )}
            <AskButton
              asks="setAlertWebhook"
              small
              look="primary"
              type="submit"
              disabled={url.trim() === ""}
              data-testid="webhook-save"
            >
              {t("Post there")}
            </AskButton>
          </div>
        </form>
      )}
    </section>
  );
}

function Going({ webhook, under }: { webhook: WebhookView; under: boolean }) {
  const { to, delivered, failed, dropped, deliveredAt } = webhook;
  return (
    <>
      <p className={styles.to}>
        <code data-testid="webhook-to">{plain(to ?? "", 300)}</code>
        <span data-testid="webhook-going">
          {under && t("A first message is on its way…")}
          {deliveredAt !== null && t("arrived last {{time}}", { time: fullTime(deliveredAt) })}
          {delivered > 0 && <> · {t("{{n}} arrived", { n: count(delivered) })}</>}
          {failed > 0 && <> · {t("{{n}} given up", { n: count(failed) })}</>}
          {dropped > 0 && <> · {t("{{n}} not tried, too many waited", { n: count(dropped) })}</>}
        </span>
      </p>
      <Trouble webhook={webhook} />
    </>
  );
}

/** Nothing while it works. */
function Trouble({ webhook: { to, trouble, troubleSince } }: { webhook: WebhookView }) {
  if (trouble === null) return null;
  return (
    <Notice tone="problem" testId="webhook-trouble">
      {t("Alerts do not reach {{to}} since {{time}}: {{why}}", {
        to: plain(to ?? "", 300),
        time: fullTime(troubleSince ?? ""),
        why: plain(trouble, 300),
      })}
    </Notice>
  );
}

/** For the page of alerts: who looks there must know that others hear nothing. */
export function WebhookTrouble() {
  const { webhook } = useWebhook();
  return webhook === null ? null : <Trouble webhook={webhook} />;
}
