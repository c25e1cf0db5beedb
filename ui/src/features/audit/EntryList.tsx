// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
/**
 * Entries as virtual rows: the keyboard stands on one (aria-activedescendant), arrows move and choose. Coming near the
 * end asks for older ones. Not here: filters, and all that an entry says (EntryDetail).
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { AuditEntryView } from "../../bridge/typesProof";
import { LOCALE } from "../../components/format";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet } from "../../state/hooks";
import { plain } from "../../state/text";
import styles from "./EntryList.module.css";
import { aboutWord, actionWord, endings, toneOf, whoWord } from "./words";

const ROW = 34;
const stamp = new Intl.DateTimeFormat(LOCALE, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

type EntryListProps = {
  entries: readonly AuditEntryView[];
  chosen: number | null;
  loading: boolean;
  more: boolean;
  onOlder(): void;
  onChoose(entry: AuditEntryView): void;
};

export function EntryList({ entries, chosen, loading, more, onOlder, onChoose }: EntryListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    scrollPaddingEnd: ROW,
    initialRect: { width: 900, height: 700 },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= entries.length - 20) onOlder();
  }, [more, loading, last, entries.length, onOlder]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = entries.findIndex((entry) => entry.number === chosen);
    const next = nextIndex(
      event.key,
      at,
      entries.length,
      Math.floor((scroller.current?.clientHeight ?? 340) / ROW) - 1,
    );
    const entry = next === null ? undefined : entries[next];
    if (next === null || !entry) return;
    onChoose(entry);
    virtual.scrollToIndex(next);
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label="Entries, newest first"
      aria-rowcount={more ? -1 : entries.length + 1}
      aria-busy={loading}
      aria-activedescendant={chosen === null ? undefined : `entry-${chosen}`}
      onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event)}
      data-testid="audit-entries"
    >
      <Head />
      <div className={styles.sheet} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const entry = entries[item.index];
          return entry ? (
            <Row
              key={entry.number}
              entry={entry}
              index={item.index}
              top={item.start}
              current={entry.number === chosen}
              onChoose={onChoose}
            />
          ) : null;
        })}
      </div>
      {entries.length === 0 && (
        <p className={styles.empty}>
          {loading ? "Reading the log…" : "No entry fits. Nothing was ever removed by a filter."}
        </p>
      )}
    </div>
  );
}

function Head() {
  return (
    <div role="rowgroup" className={styles.sticky}>
      <div className={`${styles.row} ${styles.headRow}`} role="row" aria-rowindex={1}>
        {["No.", "When", "Who", "What", "On", ""].map((title, i) => (
          <span key={title || `column ${i}`} role="columnheader">
            {title || <span className="visually-hidden">How it went</span>}
          </span>
        ))}
      </div>
    </div>
  );
}

type RowProps = {
  entry: AuditEntryView;
  index: number;
  top: number;
  current: boolean;
  onChoose(entry: AuditEntryView): void;
};

function Row({ entry, index, top, current, onChoose }: RowProps) {
  const { fleet } = useConsole();
  useFleet((f) => f.versions.structure);
  const tone = toneOf(entry);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the keys (aria-activedescendant)
    <div
      className={`${styles.row} ${current ? styles.current : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      role="row"
      id={`entry-${entry.number}`}
      aria-rowindex={index + 2}
      aria-selected={current}
      onClick={() => onChoose(entry)}
      data-testid="audit-row"
      data-number={entry.number}
    >
      <span role="gridcell" className={styles.quiet}>
        {entry.number}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {when(entry.at)}
      </span>
      <span role="gridcell">
        <bdi>{whoWord(entry)}</bdi>
      </span>
      <span role="gridcell" className={styles.what}>
        {actionWord(entry.action)}
        {entry.call && (
          <code>
            {plain(entry.call.summary, 160) || `${plain(entry.call.skill, 60)}.${plain(entry.call.method, 60)}`}
          </code>
        )}
        {entry.about !== null && <em>of {entry.about}</em>}
        {entry.count !== null && entry.count > 1 && <em>{entry.count} times</em>}
      </span>
      <span role="gridcell">
        <bdi>{aboutWord(fleet, entry)}</bdi>
      </span>
      <span
        role="gridcell"
        className={`${styles.how} ${tone === "bad" ? styles.bad : tone === "asks" ? styles.asks : ""}`}
      >
        {tone !== "quiet" && <StatusMark kind={tone === "bad" ? "critical" : "degraded"} size={10} />}
        {howWord(entry)}
      </span>
    </div>
  );
}

function howWord(entry: AuditEntryView): string {
  if (entry.decision === "denied") return "denied";
  if (entry.decision === "needs_approval") return "needs a second yes";
  return endings(entry);
}

function when(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "—" : stamp.format(at);
}

function nextIndex(key: string, at: number, count: number, page: number): number | null {
  const within = (index: number) => (count === 0 ? null : Math.min(count - 1, Math.max(0, index)));
  switch (key) {
    case "ArrowDown":
      return within(at + 1);
    case "ArrowUp":
      return within(at < 0 ? 0 : at - 1);
    case "PageDown":
      return within(at + page);
    case "PageUp":
      return within(at - page);
    case "Home":
      return within(0);
    case "End":
      return within(count - 1);
    default:
      return null;
  }
}
