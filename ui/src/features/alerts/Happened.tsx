/** What happened to an alert, newest first. Not here: asking for it. */
import type { AlertEventView } from "../../bridge/types";
import { fullTime } from "../../components/format";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import styles from "./Alerts.module.css";

/** `several`: it is that of the first of so many. */
export function Happened({ events, several = 1 }: { events: readonly AlertEventView[]; several?: number }) {
  if (events.length === 0) return null;
  return (
    <section aria-label={t("What happened")}>
      <h3>{several > 1 ? t("What happened to the first of them") : t("What happened")}</h3>
      <ol className={styles.history}>
        {[...events].reverse().map((event) => (
          <li key={`${event.at} ${event.what}`}>
            <span>{words(event)}</span>
            <time>{fullTime(event.at)}</time>
            {event.text !== null && event.what !== "owned" && (
              <p>
                <bdi>{plain(event.text, 500)}</bdi>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function words({ what, by, text }: AlertEventView): string {
  const who = by === "local" ? t("you") : (by ?? "");
  switch (what) {
    case "fired":
      return t("It fired");
    case "resolved":
      return t("It was over");
    case "owned":
      if (text === by) return t("{{who}} took it", { who });
      return t("{{who}} gave it to {{owner}}", { who, owner: text === "local" ? t("you") : (text ?? "") });
    case "released":
      return t("{{who}} let it go", { who });
    case "acknowledged":
      return t("Seen by {{who}}", { who });
    case "muted":
      return t("Muted by {{who}}", { who });
    case "unmuted":
      return t("Unmuted by {{who}}", { who });
    default:
      return t("Note of {{who}}", { who });
  }
}
