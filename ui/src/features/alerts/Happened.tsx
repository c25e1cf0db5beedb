/** What happened to an alert, newest first, under the field for a note. Not here: asking for it. */
import type { AlertEventView } from "../../bridge/types";
import { fullTime } from "../../components/format";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import { usePersonWord } from "../../state/viewer";
import styles from "./Alerts.module.css";

/** `several`: it is that of the first of so many. */
type HappenedProps = { events: readonly AlertEventView[]; several?: number; children: React.ReactNode };

export function Happened({ events, several = 1, children }: HappenedProps) {
  const who = usePersonWord();
  if (events.length === 0) return null;
  return (
    <section aria-label={t("What happened")}>
      <h3>{several > 1 ? t("What happened to the first of them") : t("What happened")}</h3>
      {children}
      <ol className={styles.history}>
        {[...events].reverse().map((event) => (
          <li key={`${event.at} ${event.what}`}>
            <span>{words(event, who)}</span>
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

function words({ what, by, text }: AlertEventView, person: (who: string) => string): string {
  const who = by === null ? "" : person(by);
  switch (what) {
    case "fired":
      return t("It fired");
    case "resolved":
      return t("It was over");
    case "owned":
      if (text === by) return t("{{who}} took it", { who });
      return t("{{who}} gave it to {{owner}}", { who, owner: person(text ?? "") });
    case "released":
      return t("{{who}} let it go", { who });
    case "acknowledged":
      return t("Seen by {{who}}", { who });
    case "muted":
      return t("Muted by {{who}}", { who });
    case "unmuted":
      return t("Unmuted by {{who}}", { who });
    default:
      return text === null || text === "" ? t("Note taken away by {{who}}", { who }) : t("Note of {{who}}", { who });
  }
}
