/** All that one entry says: who and from where, the frozen targets and their hash, how it ended, and its place in the chain. */
import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { AuditEntryView } from "../../bridge/typesProof";
import { Button, IconButton } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { count, counted, fullTime } from "../../components/format";
import { useConsole } from "../../state/hooks";
import { plain } from "../../state/text";
import styles from "./EntryDetail.module.css";
import { actionWord, endings, nodeWord, whoWord } from "./words";

const MOST_TARGETS = 60;

type EntryDetailProps = { entry: AuditEntryView; onChoose(number: number): void; onClose(): void };

export function EntryDetail({ entry, onChoose, onClose }: EntryDetailProps) {
  const { call, who } = entry;
  return (
    <aside className={styles.detail} aria-label={`Entry ${entry.number}`} data-testid="audit-detail">
      <div className={styles.head}>
        <h2>{actionWord(entry.action)}</h2>
        <IconButton label="Close" onClick={onClose}>
          <X size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="What it says">
        <dl className={styles.list}>
          <Row name="Entry">{count(entry.number)}</Row>
          <Row name="When">{fullTime(entry.at)}</Row>
          <Row name="Who">
            <bdi>{whoWord(entry)}</bdi>
            {who && ` · ${who.role}`}
          </Row>
          {entry.from !== null && <Row name="From">{<code>{plain(entry.from, 80)}</code>}</Row>}
          {entry.decision !== null && <Row name="Decision">{entry.decision.replace("_", " ")}</Row>}
          {entry.why !== null && <Row name="Why">{<bdi>{plain(entry.why, 500)}</bdi>}</Row>}
          {call && (
            <>
              <Row name="Call">
                <code>
                  {plain(call.skill, 60)}.{plain(call.method, 60)}
                </code>
              </Row>
              {call.summary !== "" && <Row name="With">{<code>{plain(call.summary, 400)}</code>}</Row>}
              <Row name="Time limit">{counted(call.timeout, "second")}</Row>
              <Hash name="Call hash" value={call.sha256} />
            </>
          )}
          {entry.outcomes.length > 0 && <Row name="Ended">{endings(entry)}</Row>}
          {entry.about !== null && (
            <Row name="Continues">
              <Button look="bare" className={styles.link ?? ""} onClick={() => onChoose(entry.about ?? 0)}>
                Entry {count(entry.about)}
              </Button>
            </Row>
          )}
          {entry.approval !== null && <Row name="Approval">{<code>{entry.approval}</code>}</Row>}
        </dl>
        <Targets entry={entry} />
        {entry.detail !== null && (
          <>
            <h3>More</h3>
            <pre className={styles.more}>{plainLines(JSON.stringify(entry.detail, null, 2))}</pre>
          </>
        )}
        <h3>Place in the chain</h3>
        <dl className={styles.list}>
          <Hash name="Hash" value={entry.hash} />
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
      <h3>{entry.targets.length > 0 ? `${counted(ids.length, "target")}, frozen when it was asked` : "About"}</h3>
      <ul className={styles.targets}>
        {ids.slice(0, MOST_TARGETS).map((id) =>
          fleet.ordinalOf(id) === undefined ? (
            <li key={id}>
              <code>{nodeWord(fleet, id)}</code>
            </li>
          ) : (
            <li key={id}>
              <button type="button" onClick={() => open(id)} title="Show on the map">
                <bdi>{nodeWord(fleet, id)}</bdi>
              </button>
            </li>
          ),
        )}
        {ids.length > MOST_TARGETS && <li>and {count(ids.length - MOST_TARGETS)} more</li>}
      </ul>
      {entry.targetsSha256 && (
        <dl className={styles.list}>
          <Hash name="Their hash" value={entry.targetsSha256} />
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
