/**
 * The shell: top bar, rail, main area, right panel, job strip. Joins the features; holds no state of the swarm.
 * The map stays mounted under the other pages, so that its camera is where it was.
 */
import { useRef } from "react";
import { Tokens } from "../features/access/Tokens";
import { ApprovalsView } from "../features/approvals/ApprovalsView";
import { AuditView } from "../features/audit/AuditView";
import { FleetBar } from "../features/fleet/FleetBar";
import { JobStrip } from "../features/jobs/JobStrip";
import { JobDock, JobsView } from "../features/jobs/JobsView";
import { AddDialog, RekeyDialog } from "../features/join/AddDialog";
import { JoinCard } from "../features/join/JoinCard";
import { JoiningView } from "../features/join/JoiningView";
import { MapView } from "../features/map/MapView";
import { Palette } from "../features/palette/Palette";
import { SettingsView } from "../features/settings/SettingsView";
import { StopBanner } from "../features/stop/StopBanner";
import { StopDialog } from "../features/stop/StopDialog";
import { NodeTable } from "../features/table/NodeTable";
import type { Console } from "../state/console";
import { ConsoleContext, useConsole, useFleet, useLink, useUi } from "../state/hooks";
import styles from "./App.module.css";
import { useAppearance } from "./appearance";
import { useHotkeys } from "./hotkeys";
import { RunbooksPage, SchedulesPage } from "./PlanPages";
import { Rail } from "./Rail";
import { Regions } from "./Regions";
import { inWords, SidePanel } from "./SidePanel";
import { TopBar } from "./TopBar";

/** Pages that need no panel beside them. */
const WIDE: ReadonlySet<string> = new Set(["settings", "joining", "approvals", "audit"]);

export function App({ console, simulated }: { console: Console; simulated: boolean }) {
  return (
    <ConsoleContext.Provider value={console}>
      <Shell simulated={simulated} />
    </ConsoleContext.Provider>
  );
}

function Shell({ simulated }: { simulated: boolean }) {
  const console = useConsole();
  const appearance = useAppearance();
  const search = useRef<HTMLInputElement>(null);
  const page = useUi((s) => s.page);
  const dock = useUi((s) => s.dock);
  // Jobs take the whole width until one of their nodes is looked at.
  const narrow = useUi((s) => s.page !== "jobs" || s.open !== null || s.selected.size > 0);
  const empty = useFleet((fleet) => fleet.size === 0);
  const opposite = appearance.theme === "dark" ? "light" : "dark";
  useHotkeys(console, search);
  const setTheme = async () => {
    const saved = await console.settings.getState().save({ theme: opposite });
    if (!saved)
      console.news.toast(`The theme could not be saved: ${console.settings.getState().problem ?? ""}`, "problem");
  };
  return (
    <div className={styles.app}>
      <TopBar theme={appearance.theme} simulated={simulated} onTheme={() => void setTheme()} />
      <StopBanner />
      <Rail />
      <main className={styles.main}>
        <MapView
          theme={appearance.theme}
          reducedMotion={appearance.reducedMotion}
          covered={page !== "map" && !(page === "nodes" && empty)}
        />
        <Page search={search} empty={empty} />
      </main>
      {!WIDE.has(page) && narrow && !empty && <SidePanel />}
      <JobStrip />
      {dock && (
        <div className={styles.dock}>
          <JobDock inWords={inWords} />
        </div>
      )}
      <Palette />
      <AddDialog />
      <RekeyDialog />
      <StopDialog />
      <Regions />
    </div>
  );
}

function Page({ search, empty }: { search: React.RefObject<HTMLInputElement | null>; empty: boolean }) {
  const page = useUi((s) => s.page);
  const link = useLink((s) => s.state);
  const known = useLink((s) => s.nexus !== null);
  if (page === "settings") return <SettingsView access={<Tokens />} />;
  if (page === "joining") return <JoiningView />;
  if (page === "approvals") return <ApprovalsView />;
  if (page === "audit") return <AuditView />;
  if (page === "jobs") return <JobsView inWords={inWords} schedules={<SchedulesPage />} runbooks={<RunbooksPage />} />;
  if (!known)
    return (
      <div className={styles.connecting}>
        {link === "lost" ? "The Nexus does not answer. Trying again…" : "Connecting to the Nexus…"}
      </div>
    );
  if (empty) return <JoinCard />;
  return (
    <>
      {page === "nodes" && <NodeTable />}
      <FleetBar search={search} />
    </>
  );
}
