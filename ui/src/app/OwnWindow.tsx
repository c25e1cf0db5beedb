/**
 * One job or one node in a window of its own, without the map and the rail: for a second screen, or to keep an eye on it.
 * Not here: opening such a window (the host).
 */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { RunPage } from "../features/jobs/RunPage";
import { useOldJob } from "../features/jobs/useJob";
import { StopBanner } from "../features/stop/StopBanner";
import type { Console } from "../state/console";
import { ConsoleContext, useFleet, useJobs, useLink } from "../state/hooks";
import { titleOf } from "../state/jobs";
import styles from "./App.module.css";
import { useAppearance } from "./appearance";
import { OneNode } from "./OneNode";
import { Regions } from "./Regions";

export type Own = { kind: "job" | "node"; id: string };

export function OwnWindow({ console, own }: { console: Console; own: Own }) {
  return (
    <ConsoleContext.Provider value={console}>
      <Shell own={own} />
    </ConsoleContext.Provider>
  );
}

function Shell({ own }: { own: Own }) {
  const { t } = useTranslation();
  useAppearance();
  const known = useLink((s) => s.nexus !== null);
  return (
    <div className={styles.own}>
      <StopBanner />
      <main className={styles.ownMain}>
        {!known ? (
          <p className={styles.ownEmpty}>{t("Connecting to the Nexus…")}</p>
        ) : own.kind === "job" ? (
          <Job id={own.id} />
        ) : (
          <Node id={own.id} />
        )}
      </main>
      <Regions />
    </div>
  );
}

function Job({ id }: { id: string }) {
  const { t } = useTranslation();
  const live = useJobs((s) => s.jobs.find((job) => job.id === id));
  const old = useOldJob(live === undefined ? id : null);
  const job = live ?? old.job;
  useTitle(job ? titleOf(job) : "");
  if (job) return <RunPage job={job} alone />;
  return <p className={styles.ownEmpty}>{old.problem ?? t("Reading the job…")}</p>;
}

function Node({ id }: { id: string }) {
  const { t } = useTranslation();
  const ordinal = useFleet((fleet) => fleet.ordinalOf(id));
  const name = useFleet((fleet) => (ordinal === undefined ? "" : (fleet.node(ordinal)?.name ?? "")));
  useTitle(name);
  if (ordinal === undefined) return <p className={styles.ownEmpty}>{t("This node is not known any more.")}</p>;
  return <OneNode ordinal={ordinal} />;
}

function useTitle(name: string): void {
  useEffect(() => {
    document.title = name === "" ? "Nexus" : `${name} · Nexus`;
  }, [name]);
}
