/**
 * The shell: top bar, rail, main area, right panel, job strip. Joins the features; holds no state of the swarm.
 * The map stays mounted under the other pages, so that its camera is where it was.
 */
import { useMemo, useRef } from "react";
import { FleetBar } from "../features/fleet/FleetBar";
import { JobStrip } from "../features/jobs/JobStrip";
import { JobDock, JobsView } from "../features/jobs/JobsView";
import { JoinCard } from "../features/join/JoinCard";
import { JoinLines } from "../features/join/JoinLines";
import { MapView } from "../features/map/MapView";
import { Palette } from "../features/palette/Palette";
import { SettingsView } from "../features/settings/SettingsView";
import { NodeTable } from "../features/table/NodeTable";
import type { Console } from "../state/console";
import { ConsoleContext, useConsole, useFleet, useLink, useUi } from "../state/hooks";
import styles from "./App.module.css";
import { useAppearance } from "./appearance";
import { useHotkeys } from "./hotkeys";
import { Rail } from "./Rail";
import { Regions } from "./Regions";
import { inWords, SidePanel } from "./SidePanel";
import { TopBar } from "./TopBar";

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
      <Rail />
      <main className={styles.main}>
        <MapView
          theme={appearance.theme}
          reducedMotion={appearance.reducedMotion}
          covered={page !== "map" && !(page === "nodes" && empty)}
        />
        <Page search={search} empty={empty} />
      </main>
      {page !== "settings" && !empty && <SidePanel />}
      <JobStrip />
      {dock && (
        <div className={styles.dock}>
          <JobDock inWords={inWords} />
        </div>
      )}
      <Palette />
      <Regions />
    </div>
  );
}

function Page({ search, empty }: { search: React.RefObject<HTMLInputElement | null>; empty: boolean }) {
  const page = useUi((s) => s.page);
  const link = useLink((s) => s.state);
  const known = useLink((s) => s.nexus !== null);
  const join = useMemo(() => <JoinLines title="Add a machine" heading="h2" offerSwitch={false} />, []);
  if (page === "settings") return <SettingsView join={join} />;
  if (page === "jobs") return <JobsView inWords={inWords} />;
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
