/** One line of a log: when, from whom, what; how serious it is told by colour and by a word. Not here: the list. */
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { perLocale } from "../../../components/format";
import styles from "./LogText.module.css";
import type { LogLine } from "./log";

const time = perLocale(
  (l) => new Intl.DateTimeFormat(l, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }),
);
const moment = perLocale((l) => new Intl.DateTimeFormat(l, { dateStyle: "medium", timeStyle: "medium" }));

const BAD: ReadonlySet<string> = new Set(["emerg", "alert", "crit", "err"]);

export function LogText({ line, search }: { line: LogLine; search: string }) {
  const { t } = useTranslation();
  const bad = BAD.has(line.level);
  const tone = bad
    ? styles.bad
    : line.level === "warning"
      ? styles.warning
      : line.level === "debug"
        ? styles.debug
        : "";
  return (
    <>
      {line.at !== null && (
        <time className={styles.time} dateTime={new Date(line.at).toISOString()} title={moment().format(line.at)}>
          {time().format(line.at)}
        </time>
      )}
      {line.from !== "" && <span className={styles.from}>{line.from}</span>}
      <span className={tone} data-level={line.level}>
        {(bad || line.level === "warning") && (
          <span className="visually-hidden">{bad ? t("error:") : t("warning:")} </span>
        )}
        <Marked text={line.text} search={search} />
      </span>
    </>
  );
}

/** With what was searched for marked, as often as it stands there. */
function Marked({ text, search }: { text: string; search: string }) {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return text;
  const lower = text.toLowerCase();
  const parts: { from: number; text: string; hit: boolean }[] = [];
  let from = 0;
  // Some capital letters have small forms of another length; then nothing is marked rather than the wrong thing.
  for (let at = lower.indexOf(wanted); at >= 0 && lower.length === text.length; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ from, text: text.slice(from, at), hit: false });
    parts.push({ from: at, text: text.slice(at, at + wanted.length), hit: true });
    from = at + wanted.length;
  }
  parts.push({ from, text: text.slice(from), hit: false });
  return parts.map((part) =>
    part.hit ? (
      <mark key={part.from} className={styles.hit}>
        {part.text}
      </mark>
    ) : (
      <Fragment key={part.from}>{part.text}</Fragment>
    ),
  );
}
