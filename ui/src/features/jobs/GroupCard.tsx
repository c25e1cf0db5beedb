/**
 * Targets that ended the same way: how, who, how long it took, and what they wrote once for all; an odd one beside
 * what the majority wrote. Not here: streams of single executions (features/output).
 */
import { useMemo, useState } from "react";
import type { OutputGroupView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { count, seconds } from "../../components/format";
import { Segmented } from "../../components/Segmented";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { openTarget } from "../../state/jobCommands";
import { plain } from "../../state/text";
import styles from "./Groups.module.css";
import { type DiffLine, diffOf, linesOf } from "./lines";
import { targetMark, targetWord } from "./words";

const FEW_NODES = 10;
/** Shown at first: of the majority, and of one that is different. There may be a hundred of the latter. */
const FEW_LINES = 14;
const SOME_LINES = 60;
/** More than this in one block would make the page slow. */
const MOST_LINES = 2000;

type GroupCardProps = { job: string; group: OutputGroupView; alone: boolean };

export function GroupCard({ job, group, alone }: GroupCardProps) {
  const [as, setAs] = useState<"diff" | "text">("diff");
  const bad = targetMark(group.state) === "critical";
  const code =
    group.exitCode !== null && group.exitCode !== 0 ? `, ${t("code {{code}}", { code: String(group.exitCode) })}` : "";
  return (
    <article
      className={`${styles.card} ${bad ? styles.bad : ""} ${group.majority ? styles.majority : ""}`}
      data-testid="group"
      data-majority={group.majority}
      aria-label={`${t("{{count}} targets", { count: group.count })}: ${targetWord(group.state)}`}
    >
      <header className={styles.cardHead}>
        <StatusMark kind={targetMark(group.state)} size={11} />
        <b>
          {count(group.count)} {targetWord(group.state)}
          {code}
        </b>
        <span className={styles.quiet}>
          {alone ? t("All the same") : group.majority ? t("The majority") : t("Different from the majority")}
          {durations(group)}
        </span>
        <span className={styles.space} />
        {group.diff !== null && (
          <Segmented<"diff" | "text">
            label={t("Show as")}
            value={as}
            onChange={setAs}
            options={[
              { value: "diff", label: t("Against the majority") },
              { value: "text", label: t("Output") },
            ]}
          />
        )}
      </header>
      <Nodes job={job} group={group} />
      {group.error !== null && <p className={styles.error}>{plain(group.error, 1000)}</p>}
      {group.diff !== null && as === "diff" ? <Diff text={group.diff} /> : <Text group={group} />}
    </article>
  );
}

function Nodes({ job, group }: { job: string; group: OutputGroupView }) {
  const console = useConsole();
  const [all, setAll] = useState(false);
  const shown = all ? group.nodes : group.nodes.slice(0, FEW_NODES);
  const left = group.count - shown.length;
  return (
    <div className={styles.nodes}>
      {shown.map((node) => (
        <button
          key={node.executionId ?? node.nodeId}
          type="button"
          className={styles.node}
          onClick={() => openTarget(console, job, { ...node, state: group.state, exitCode: group.exitCode })}
          title={node.durationMs === null ? undefined : seconds(node.durationMs)}
          data-testid="group-node"
        >
          <bdi>{plain(node.nodeName, 120)}</bdi>
        </button>
      ))}
      {left > 0 &&
        (!all && group.nodes.length > shown.length ? (
          <Button look="bare" small onClick={() => setAll(true)}>
            {t("and {{n}} more", { n: left })}
          </Button>
        ) : (
          <span className={styles.quiet}>{t("and {{n}} more", { n: left })}</span>
        ))}
    </div>
  );
}

function Text({ group }: { group: OutputGroupView }) {
  const [all, setAll] = useState(false);
  const lines = useMemo(() => (group.text === null ? [] : linesOf(group.text)), [group.text]);
  if (group.text === null)
    return (
      <p className={styles.empty}>
        {group.sha256 === "" ? t("It wrote nothing.") : t("This is no text, or nothing is kept of it.")}
      </p>
    );
  if (lines.length === 0) return <p className={styles.empty}>{t("It wrote nothing.")}</p>;
  const shown = lines.slice(0, all ? MOST_LINES : group.majority ? FEW_LINES : SOME_LINES);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre className={styles.text} tabIndex={0} data-testid="group-text">
        {shown.join("\n")}
      </pre>
      {(shown.length < lines.length || group.truncated) && (
        <p className={styles.rest}>
          {shown.length < lines.length && !all ? (
            <Button look="bare" small onClick={() => setAll(true)}>
              {t("Show {{count}} more lines", { count: lines.length - shown.length })}
            </Button>
          ) : (
            t("The rest is not shown here; open a node to see all of it.")
          )}
        </p>
      )}
    </>
  );
}

function Diff({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const lines = useMemo(() => diffOf(text), [text]);
  if (lines.every(({ sign }) => sign === " " || sign === "@"))
    return <p className={styles.empty}>{t("It wrote the same; it ended differently.")}</p>;
  const shown = lines.slice(0, all ? MOST_LINES : SOME_LINES);
  const left = lines.length - shown.length;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.text} tabIndex={0} aria-label={t("Against the majority")} data-testid="group-diff">
        {shown.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and are made anew together
          <DiffRow key={i} line={line} />
        ))}
      </section>
      {left > 0 && (
        <p className={styles.rest}>
          {all ? (
            t("The rest is not shown here.")
          ) : (
            <Button look="bare" small onClick={() => setAll(true)}>
              {t("Show {{count}} more lines", { count: left })}
            </Button>
          )}
        </p>
      )}
    </>
  );
}

function DiffRow({ line }: { line: DiffLine }) {
  switch (line.sign) {
    case "@":
      return <div className={styles.jump}>⋯</div>;
    case "+":
      return (
        <div className={styles.added}>
          <i aria-hidden="true">+</i>
          <ins>{line.text}</ins>
        </div>
      );
    case "-":
      return (
        <div className={styles.removed}>
          <i aria-hidden="true">−</i>
          <del>{line.text}</del>
        </div>
      );
    case " ":
      return (
        <div>
          <i aria-hidden="true"> </i>
          {line.text}
        </div>
      );
  }
}

/** " · 0.3 – 1.4 s", or one time when they were equally quick. */
function durations(group: OutputGroupView): string {
  const times = group.nodes.map(({ durationMs }) => durationMs).filter((ms) => ms !== null);
  if (times.length === 0) return "";
  const [least, most] = [seconds(Math.min(...times)), seconds(Math.max(...times))];
  return least === most ? ` · ${least}` : ` · ${t("{{least}} to {{most}}", { least, most })}`;
}
