/** The entries of the log, newest first. Not here: filters, and all that an entry says (EntryDetail). */
import type { AuditEntryView, ViewerView } from "../../bridge/types";
import { type DataColumn, DataList } from "../../components/DataList";
import { perLocale } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { useConsole, useFleet } from "../../state/hooks";
import { plain } from "../../state/text";
import { useViewer } from "../../state/viewer";
import styles from "./EntryList.module.css";
import { aboutWord, actionWord, endings, toneOf, whoWord } from "./words";

const stamp = perLocale(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hour12: false,
    }),
);

type EntryListProps = {
  entries: readonly AuditEntryView[];
  /** The hash of the one that is chosen: numbers count in one log only. */
  chosen: string | null;
  /** Several instances told them. */
  several: boolean;
  loading: boolean;
  more: boolean;
  onOlder(): void;
  onChoose(entry: AuditEntryView): void;
};

const INSTANCE = (): DataColumn<AuditEntryView> => ({
  key: "instance",
  title: t("Instance"),
  width: "minmax(70px, 0.6fr)",
  tone: "quiet",
  cell: (entry) => <bdi>{plain(entry.instance?.name ?? "", 80)}</bdi>,
});

const columns = (viewer: ViewerView, several: boolean): readonly DataColumn<AuditEntryView>[] => [
  { key: "number", title: t("No."), width: "58px", tone: "quiet", cell: (entry) => entry.number },
  { key: "when", title: t("When"), width: "130px", tone: "quiet", cell: (entry) => when(entry.at) },
  ...(several ? [INSTANCE()] : []),
  { key: "who", title: t("Who"), width: "minmax(90px, 0.8fr)", cell: (entry) => <bdi>{whoWord(viewer, entry)}</bdi> },
  {
    key: "what",
    title: t("What"),
    width: "minmax(180px, 2.2fr)",
    tone: "strong",
    cell: (entry) => <What entry={entry} />,
  },
  { key: "on", title: t("On what"), width: "minmax(90px, 0.8fr)", cell: (entry) => <About entry={entry} /> },
  {
    key: "how",
    title: t("How it went"),
    untitled: true,
    width: "minmax(178px, 1.2fr)",
    cell: (entry) => <How entry={entry} />,
  },
];

export function EntryList({ entries, chosen, several, loading, more, onOlder, onChoose }: EntryListProps) {
  const viewer = useViewer();
  return (
    <DataList
      label={t("Entries, newest first")}
      columns={columns(viewer, several)}
      items={entries}
      keyOf={(entry) => entry.hash}
      cursor={chosen}
      onCursor={onChoose}
      onOpen={onChoose}
      loading={loading}
      more={more}
      onMore={onOlder}
      empty={
        loading
          ? t("Reading the log…")
          : t("No entry fits. Take a filter away to see more; nothing was ever removed by one.")
      }
      testId="audit-entries"
      rowTestId="audit-row"
      rowData={(entry) => ({ "data-number": entry.number })}
    />
  );
}

function What({ entry }: { entry: AuditEntryView }) {
  const { call, about, count } = entry;
  return (
    <span className={styles.what}>
      {actionWord(entry.action)}
      {call && <code>{plain(call.summary, 160) || `${plain(call.skill, 60)}.${plain(call.method, 60)}`}</code>}
      {about !== null && <em>{t("of {{number}}", { number: about })}</em>}
      {count !== null && count > 1 && <em>{t("{{count}} times", { count })}</em>}
    </span>
  );
}

function About({ entry }: { entry: AuditEntryView }) {
  const { fleet } = useConsole();
  useFleet((f) => f.versions.structure);
  return <bdi>{aboutWord(fleet, entry)}</bdi>;
}

function How({ entry }: { entry: AuditEntryView }) {
  const tone = toneOf(entry);
  return (
    <span className={`${styles.how} ${tone === "bad" ? styles.bad : tone === "asks" ? styles.asks : ""}`}>
      {tone !== "quiet" && <StatusMark kind={tone === "bad" ? "critical" : "degraded"} size={10} />}
      {howWord(entry)}
    </span>
  );
}

function howWord(entry: AuditEntryView): string {
  if (entry.decision === "denied") return t("denied");
  if (entry.decision === "needs_approval") return t("needs a second yes");
  return endings(entry);
}

function when(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "—" : stamp().format(at);
}
