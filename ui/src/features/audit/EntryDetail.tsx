/** All that one entry says: who and from where, the frozen targets and their hash, how it ended, and its place in the chain. */
import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { AuditEntryView } from "../../bridge/types";
import { Button, IconButton } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { count, fullTime } from "../../components/format";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { plain } from "../../state/text";
import { useViewer } from "../../state/viewer";
import { roleWord } from "../../state/words";
import styles from "./EntryDetail.module.css";
import { actionWord, decisionWord, endings, nodeWord, whoWord } from "./words";

const MOST_TARGETS = 60;

type EntryDetailProps = {
  entry: AuditEntryView;
  onChoose(number: number, instance: string | null): void;
  onClose(): void;
};

export function EntryDetail({ entry, onChoose, onClose }: EntryDetailProps) {
  const viewer = useViewer();
  const { call, who } = entry;
  return (
    <aside
      className={styles.detail}
      aria-label={t("Entry {{number}}", { number: entry.number })}
      data-testid="audit-detail"
    >
      <div className={styles.head}>
        <h2>{actionWord(entry.action)}</h2>
        <IconButton label={t("Close")} onClick={onClose}>
          <X size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label={t("What it says")}>
        <dl className={styles.list}>
          <Row name={t("Entry")}>{count(entry.number)}</Row>
          {entry.instance && <Row name={t("Instance")}>{<bdi>{plain(entry.instance.name, 80)}</bdi>}</Row>}
          <Row name={t("When")}>{fullTime(entry.at)}</Row>
          <Row name={t("Who")}>
            <bdi>{whoWord(viewer, entry)}</bdi>
            {who && ` · ${roleWord(who.role)}`}
          </Row>
          {entry.from !== null && <Row name={t("From")}>{<code>{plain(entry.from, 80)}</code>}</Row>}
          {entry.decision !== null && <Row name={t("Decision")}>{decisionWord(entry.decision)}</Row>}
          {entry.why !== null && <Row name={t("Why")}>{<bdi>{plain(entry.why, 500)}</bdi>}</Row>}
          {call && (
            <>
              <Row name={t("Call")}>
                <code>
                  {plain(call.skill, 60)}.{plain(call.method, 60)}
                </code>
              </Row>
              {call.summary !== "" && <Row name={t("With")}>{<code>{plain(call.summary, 400)}</code>}</Row>}
              <Row name={t("Time limit")}>{t("{{count}} seconds", { count: call.timeout })}</Row>
              <Hash name={t("Call hash")} value={call.sha256} />
            </>
          )}
          {entry.outcomes.length > 0 && <Row name={t("Ended")}>{endings(entry)}</Row>}
          {entry.about !== null && (
            <Row name={t("Continues")}>
              <Button
                look="bare"
                className={styles.link ?? ""}
                onClick={() => onChoose(entry.about ?? 0, entry.instance?.id ?? null)}
              >
                {t("Entry {{number}}", { number: entry.about })}
              </Button>
            </Row>
          )}
          {entry.approval !== null && <Row name={t("Approval")}>{<code>{entry.approval}</code>}</Row>}
        </dl>
        <Targets entry={entry} />
        {entry.detail !== null && (
          <>
            <h3>{t("More")}</h3>
            <pre className={styles.more}>{plainLines(JSON.stringify(entry.detail, null, 2))}</pre>
          </>
        )}
        <h3>{t("Place in the chain")}</h3>
        <dl className={styles.list}>
          <Hash name={t("Hash")} value={entry.hash} />
        </dl>
      </section>
    </aside>
  );
}

function Targets({ entry }: { entry: AuditEntryView }) {
  const { fleet, ui } = useConsole();
  const ids = entry.targets.length > 0 ? entry.targets : entry.subject;
  if (ids.length === 0) return null;
  const open = (id: string) => {
    const ordinal = fleet.ordinalOf(id);
    if (ordinal === undefined) return;
    ui.getState().go("map");
    ui.getState().openNode(ordinal, "trust");
    ui.getState().fly("star", ordinal);
  };
  return (
    <>
      <h3>
        {entry.targets.length > 0
          ? t("{{count}} targets, frozen when it was asked", { count: ids.length })
          : t("About")}
      </h3>
      <ul className={styles.targets}>
        {ids.slice(0, MOST_TARGETS).map((id) =>
          fleet.ordinalOf(id) === undefined ? (
            <li key={id}>
              <code>{nodeWord(fleet, id)}</code>
            </li>
          ) : (
            <li key={id}>
              <button type="button" onClick={() => open(id)} title={t("Show on the map")}>
                <bdi>{nodeWord(fleet, id)}</bdi>
              </button>
            </li>
          ),
        )}
        {ids.length > MOST_TARGETS && <li>{t("and {{n}} more", { n: ids.length - MOST_TARGETS })}</li>}
      </ul>
      {entry.targetsSha256 && (
        <dl className={styles.list}>
          <Hash name={t("Their hash")} value={entry.targetsSha256} />
        </dl>
      )}
    </>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Hash({ name, value }: { name: string; value: string }) {
  return (
    <Row name={name}>
      <span className={styles.hash}>
        <code>{plain(value, 80)}</code>
        <CopyButton text={() => value} />
      </span>
    </Row>
  );
}

/** JSON keeps its lines; everything else that is no plain text is gone. */
function plainLines(text: string): string {
  return text
    .split("\n")
    .slice(0, 200)
    .map((line) => line.match(/^ */)?.[0] + plain(line.trimStart(), 400))
    .join("\n");
}
