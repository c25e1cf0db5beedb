/**
 * The panel beside a map that shows another time: how the fleet was, who was not well, which jobs were under way, and the
 * open node as it was. Nothing can be run from here, because running acts on the present.
 * Not here: the curves of a node (given by the caller).
 */

import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { JobAtView } from "../../bridge/types";
import { Button, IconButton } from "../../components/Button";
import { count, percent, seconds } from "../../components/format";
import { Kbd } from "../../components/Kbd";
import { StatusMark } from "../../components/StatusMark";
import { useNow } from "../../components/useNow";
import { t as translate } from "../../i18n";
import { useConsole, useReplay, useUi } from "../../state/hooks";
import type { Past } from "../../state/past";
import { classOf, Status, type StatusClass, wordOf } from "../../state/status";
import styles from "./PastPanel.module.css";
import { type Unwell, unwellOf } from "./unwell";
import { before, momentOf } from "./words";

const MOST_LISTED = 60;

/** `curves` are those of the open node. */
export function PastPanel({ curves }: { curves: ReactNode }) {
  const { t } = useTranslation();
  const { replay } = useConsole();
  const past = useReplay((s) => s.past);
  const at = useReplay((s) => s.past?.atMs ?? s.at) ?? 0;
  const open = useUi((s) => s.open);
  const now = useNow(15_000);
  return (
    <div className={styles.panel} data-testid="past-panel">
      <div className={styles.head}>
        <h1>{momentOf(at, now)}</h1>
        <p>{before(at, now)}</p>
      </div>
      <div className={styles.note}>
        {t("Running acts on the present, so it waits until you are back.")}
        <Button small onClick={() => replay.getState().toNow()} data-testid="past-back">
          {t("Back to now")} <Kbd>Esc</Kbd>
        </Button>
      </div>
      <div className={styles.scroll}>
        {open !== null && <NodeThen ordinal={open} past={past} curves={curves} />}
        {past !== null && past.sampledMs === null && (
          <p className={styles.quiet}>{t("Nothing is known of this time.")}</p>
        )}
        {past !== null && past.sampledMs !== null && open === null && <Fleet past={past} />}
        {past !== null && past.jobs.length > 0 && <Jobs jobs={past.jobs} at={past.atMs} />}
      </div>
    </div>
  );
}

function Fleet({ past }: { past: Past }) {
  const { t } = useTranslation();
  const { fleet } = useConsole();
  const rows = useMemo(() => unwellOf(fleet, past), [fleet, past]);
  const { online, degraded, offline } = past.totals;
  return (
    <>
      <dl className={styles.counts}>
        <Counted kind="online" word={t("online")} value={online} />
        <Counted kind="degraded" word={t("degraded")} value={degraded} />
        <Counted kind="offline" word={t("offline")} value={offline} />
      </dl>
      {rows.length > 0 ? (
        <h2 className={styles.label}>{t("Not well then")}</h2>
      ) : (
        <p className={styles.quiet}>{t("All nodes were well.")}</p>
      )}
      <ul>
        {rows.slice(0, MOST_LISTED).map((row) => (
          <li key={row.key}>
            <UnwellRow row={row} />
          </li>
        ))}
      </ul>
    </>
  );
}

function UnwellRow({ row }: { row: Unwell }) {
  const { t } = useTranslation();
  const { fleet, ui } = useConsole();
  const { ordinals, kind } = row;
  const [first] = ordinals;
  if (first === undefined) return null;
  const light = (on: boolean) => ui.getState().set({ lit: on ? new Set(ordinals) : null });
  const choose = () => {
    light(false);
    if (ordinals.length > 1) ui.getState().fly("group", fleet.group[first] ?? 0);
    else {
      ui.getState().openNode(first);
      ui.getState().fly("star", first);
    }
  };
  const well = ordinals.filter((ordinal) => classOf(fleet.status[ordinal] ?? 0) === "online").length;
  return (
    <button
      type="button"
      className={styles.item}
      onClick={choose}
      onPointerEnter={() => light(true)}
      onPointerLeave={() => light(false)}
      onFocus={() => light(true)}
      onBlur={() => light(false)}
      data-testid="past-unwell"
    >
      <StatusMark kind={kind} />
      <bdi>{ordinals.length === 1 ? fleet.node(first)?.name : fleet.groupLabel(first)}</bdi>
      <em>
        {ordinals.length === 1
          ? sinceThen(fleet.status[first] ?? 0, kind)
          : kind === "offline"
            ? t("{{offline}} offline", { offline: ordinals.length })
            : t("{{degraded}} degraded", { degraded: ordinals.length })}
      </em>
      {ordinals.length > 1 && (
        <span>
          {well === ordinals.length
            ? t("all well now")
            : well === 0
              ? t("none of them well now")
              : t("{{well}} of them well now", { well })}
        </span>
      )}
    </button>
  );
}

function Counted({ kind, word, value }: { kind: "online" | "degraded" | "offline"; word: string; value: number }) {
  return (
    <div>
      <dt>
        <StatusMark kind={kind} size={11} /> {word}
      </dt>
      <dd>{count(value)}</dd>
    </div>
  );
}

/** What became of it. */
function sinceThen(now: number, then: StatusClass): string {
  if (classOf(now) === then) return translate("still is");
  return classOf(now) === "online"
    ? translate("well now")
    : translate("now {{state}}", { state: wordOf(now).toLowerCase() });
}

function NodeThen({ ordinal, past, curves }: { ordinal: number; past: Past | null; curves: ReactNode }) {
  const { t } = useTranslation();
  const { fleet, ui } = useConsole();
  const node = fleet.node(ordinal);
  if (!node) return null;
  const status = past?.stars.status[ordinal] ?? Status.Absent;
  const kind = classOf(status);
  const there = kind !== null && kind !== "offline";
  return (
    <section className={styles.node} aria-label={t("The node then")} data-testid="past-open">
      <div className={styles.title}>
        <h2>
          <bdi>{node.name}</bdi>
        </h2>
        <span>
          {kind && <StatusMark kind={kind} size={11} />} {kind === null ? t("not there") : wordOf(status)}
        </span>
        <i />
        <IconButton label={t("Close")} onClick={() => ui.getState().closePanel()}>
          <X size={15} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      {there && past && (
        <p className={styles.loads}>
          {t("CPU {{cpu}} · memory {{memory}} · tasks {{tasks}}", {
            cpu: percent(past.stars.cpu[ordinal] ?? 0),
            memory: percent(past.stars.memory[ordinal] ?? 0),
            tasks: past.stars.tasks[ordinal] ?? 0,
          })}
        </p>
      )}
      {curves}
    </section>
  );
}

function Jobs({ jobs, at }: { jobs: readonly JobAtView[]; at: number }) {
  const { t } = useTranslation();
  return (
    <>
      <h2 className={styles.label}>{t("Jobs under way then")}</h2>
      <ul>
        {jobs.map((job) => (
          <li key={job.id} className={styles.job} data-testid="past-job">
            <StatusMark kind={job.state === "failed" ? "critical" : "activity"} size={10} />
            <bdi>{job.label === "" ? job.summary : job.label}</bdi>
            <em>{seconds(Math.max(0, at - Date.parse(job.submittedAt)))}</em>
            <span>
              {t("{{count}} targets", { count: job.total })} ·{" "}
              {job.finishedAt === null ? t("still running") : endOf(job.state)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function endOf(state: string): string {
  switch (state) {
    case "succeeded":
      return translate("later succeeded");
    case "failed":
      return translate("later failed");
    case "cancelled":
      return translate("later cancelled");
    default:
      return translate("later ended");
  }
}
