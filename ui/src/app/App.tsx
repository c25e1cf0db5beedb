/**
 * The shell: top bar, rail, main area, right panel, job strip. Joins the features; holds no state of the swarm.
 * The map stays mounted under the other pages, so that its camera is where it was.
 */
import { Suspense, useCallback, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { VisitBanner } from "../features/environments/VisitBanner";
import { FleetBar } from "../features/fleet/FleetBar";
import { JobStrip } from "../features/jobs/JobStrip";
import { JobDock } from "../features/jobs/JobsView";
import { AddDialog, RekeyDialog } from "../features/join/AddDialog";
import { JoinCard } from "../features/join/JoinCard";
import { ChartMenu } from "../features/map/ChartMenu";
import { MapView } from "../features/map/MapView";
import { Palette } from "../features/palette/Palette";
import type { Command } from "../features/palette/sources/commands";
import { StopBanner } from "../features/stop/StopBanner";
import { StopDialog } from "../features/stop/StopDialog";
import { TableTools } from "../features/table/TableTools";
import { ReplayFrame } from "../features/time/ReplayFrame";
import { TimeControl } from "../features/time/TimeControl";
import { Coach, Explore } from "../features/welcome/Coach";
import { language, t } from "../i18n";
import type { Console } from "../state/console";
import { useEnvironments } from "../state/environments";
import { ConsoleContext, useConsole, useFleet, useLink, useReplay, useUi } from "../state/hooks";
import styles from "./App.module.css";
import { useAppearance } from "./appearance";
import { fillExample } from "./example";
import { useHotkeys } from "./hotkeys";
import { inWords } from "./inWords";
import {
  AlertsPage,
  ApprovalsPage,
  AuditPage,
  JobsPage,
  JoiningPage,
  NodesPage,
  SettingsPage,
  SkillsPage,
} from "./pages";
import { Rail } from "./Rail";
import { Regions } from "./Regions";
import { SidePanel } from "./SidePanel";
import { TopBar } from "./TopBar";

/** Pages that need nothing of the map. */
const OWN_PAGES = {
  alerts: AlertsPage,
  approvals: ApprovalsPage,
  audit: AuditPage,
  jobs: JobsPage,
  joining: JoiningPage,
  settings: SettingsPage,
  skills: SkillsPage,
};
/** Pages that take the whole width until a node of theirs is looked at. */
const ROOMY: ReadonlySet<string> = new Set(["nodes", "jobs", "alerts", "skills"]);
/** Pages that need no panel beside them. */
const WIDE: ReadonlySet<string> = new Set(["settings", "joining", "approvals", "audit", "alerts"]);

export function App({ console, simulated }: { console: Console; simulated: boolean }) {
  return (
    <ConsoleContext.Provider value={console}>
      <Shell simulated={simulated} />
    </ConsoleContext.Provider>
  );
}

function Shell({ simulated }: { simulated: boolean }) {
  // Draws everything again when the language changes.
  useTranslation();
  const console = useConsole();
  const appearance = useAppearance();
  const search = useRef<HTMLInputElement>(null);
  const page = useUi((s) => s.page);
  const dock = useUi((s) => s.dock);
  const past = useReplay((s) => s.at !== null);
  const narrow = useUi((s) => !ROOMY.has(s.page) || s.open !== null || s.selected.size > 0);
  const empty = useFleet((fleet) => fleet.size === 0);
  const opposite = appearance.theme === "dark" ? "light" : "dark";
  useHotkeys(console, search);
  const more = useMore(console, opposite);
  const onBegin = useCallback((ordinal: number) => fillExample(console, ordinal), [console]);
  return (
    <div className={styles.app}>
      <SkipLink />
      <TopBar theme={appearance.theme} simulated={simulated} onTheme={() => void setTheme(console, opposite)} />
      <div className={styles.banners}>
        <VisitBanner />
        <StopBanner />
      </div>
      <Rail />
      <main className={styles.main} id="main" tabIndex={-1} data-past={past}>
        <MapView
          theme={appearance.theme}
          reducedMotion={appearance.reducedMotion}
          covered={page !== "map" && !(page === "nodes" && empty)}
        />
        <Suspense fallback={null}>
          <Page search={search} empty={empty} />
        </Suspense>
        <Coach onBegin={onBegin} />
      </main>
      {!WIDE.has(page) && narrow && !empty && <SidePanel />}
      <JobStrip />
      {dock && (
        <div className={styles.dock}>
          <JobDock inWords={inWords} />
        </div>
      )}
      <Palette more={more} />
      <AddDialog />
      <RekeyDialog />
      <StopDialog />
      <Regions />
    </div>
  );
}

/** The first stop of the keyboard: past bar and rail. */
function SkipLink() {
  const { t } = useTranslation();
  return (
    <a className={styles.skip} href="#main">
      {t("Skip to the content")}
    </a>
  );
}

async function setTheme({ settings, news }: Console, theme: "dark" | "light"): Promise<void> {
  if (await settings.getState().save({ theme })) return;
  news.toast(t("The theme could not be saved: {{reason}}", { reason: settings.getState().problem ?? "" }), "problem");
}

/** What the palette can do besides: what belongs to the shell. */
function useMore(console: Console, opposite: "dark" | "light"): readonly Command[] {
  const { simulate, leave, visiting } = useEnvironments();
  const shown = language();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are in the language of now
  return useMemo(() => {
    const theme: Command = {
      key: `theme-${opposite}`,
      name: opposite === "light" ? t("Light theme") : t("Dark theme"),
      hint: t("Appearance"),
      words: "theme|colour|dark|light|motyw",
      act: () => void setTheme(console, opposite),
    };
    const visit: Command = visiting
      ? {
          key: "leave",
          name: t("Back to my fleet"),
          hint: t("Leaves the simulated one"),
          words: "simulated",
          act: leave,
        }
      : {
          key: "simulate",
          name: t("Explore a simulated fleet"),
          hint: t("Nothing in it is real"),
          words: "demo|environment|try",
          act: () => simulate?.(),
        };
    return visiting || simulate ? [theme, visit] : [theme];
  }, [console, opposite, simulate, leave, visiting, shown]);
}

function Page({ search, empty }: { search: React.RefObject<HTMLInputElement | null>; empty: boolean }) {
  const page = useUi((s) => s.page);
  const link = useLink((s) => s.state);
  const known = useLink((s) => s.nexus !== null);
  const drawn = useUi((s) => s.mapUnavailable === null);
  const Own = page === "map" || page === "nodes" ? null : OWN_PAGES[page];
  if (Own) return <Own />;
  if (!known)
    return (
      <div className={styles.connecting}>
        {link === "lost" ? t("The Nexus does not answer. Trying again…") : t("Connecting to the Nexus…")}
      </div>
    );
  if (empty) return <JoinCard exits={<Explore />} />;
  return (
    <>
      <FleetBar search={search} tools={<TableTools />} chart={<ChartMenu />} />
      {page === "nodes" && <NodesPage />}
      {page === "map" && drawn && <TimeControl />}
      <ReplayFrame />
    </>
  );
}
