/** The rail: the pages there are, with words under icons, and a count where somebody waits for the operator. */
import { Box, DoorOpen, List, ScrollText, Server, Settings, Stamp, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { count } from "../components/format";
import { t } from "../i18n";
import { useConsole, useTrust, useUi } from "../state/hooks";
import type { Page } from "../state/ui";
import styles from "./Rail.module.css";
import { useAlertCount, useGateCount, usePendingCount } from "./waiting";

const PAGES = [
  { page: "nodes", title: () => t("Nodes"), Icon: Server },
  { page: "jobs", title: () => t("Jobs"), Icon: List },
  { page: "alerts", title: () => t("Alerts"), Icon: TriangleAlert },
  { page: "skills", title: () => t("Skills"), Icon: Box },
  { page: "joining", title: () => t("Joining"), Icon: DoorOpen },
  { page: "approvals", title: () => t("Approvals"), Icon: Stamp },
  { page: "audit", title: () => t("Audit"), Icon: ScrollText },
] as const;

/** How many, and in words for those who hear it. */
type Mark = { count: number; words: string };

export function Rail() {
  // Draws the words again when the language changes.
  useTranslation();
  const marks: Partial<Record<Page, Mark>> = {
    joining: { count: useTrust((s) => s.waiting.length), words: t("waiting") },
    approvals: { count: usePendingCount(), words: t("waiting") },
    jobs: { count: useGateCount(), words: t("waiting at a gate") },
    alerts: { count: useAlertCount(), words: t("to look at") },
  };
  return (
    <nav className={styles.rail} aria-label={t("Main")}>
      <RailButton page="map" title={t("Map")} icon={<MapGlyph />} />
      {PAGES.map(({ page, title, Icon }) => (
        <RailButton
          key={page}
          page={page}
          title={title()}
          mark={marks[page]}
          icon={<Icon size={18} strokeWidth={1.4} aria-hidden="true" />}
        />
      ))}
      <span className={styles.space} />
      <RailButton
        page="settings"
        title={t("Settings")}
        icon={<Settings size={18} strokeWidth={1.4} aria-hidden="true" />}
      />
    </nav>
  );
}

type RailButtonProps = { page: Page; title: string; icon: React.ReactNode; mark?: Mark | undefined };

function RailButton({ page, title, icon, mark }: RailButtonProps) {
  const { ui } = useConsole();
  const current = useUi((s) => s.page === page);
  return (
    <button
      type="button"
      aria-current={current ? "page" : undefined}
      onClick={() => ui.getState().go(page)}
      data-testid={`rail-${page}`}
    >
      {icon}
      {title}
      {mark && mark.count > 0 && (
        <>
          <i aria-hidden="true" data-testid={`rail-mark-${page}`}>
            {mark.count > 99 ? "99+" : count(mark.count)}
          </i>
          <span className="visually-hidden">
            , {count(mark.count)} {mark.words}
          </span>
        </>
      )}
    </button>
  );
}

function MapGlyph() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      aria-hidden="true"
    >
      <circle cx="9" cy="9" r="2.2" />
      <circle cx="3.4" cy="4.4" r="1.3" />
      <circle cx="14.8" cy="5.2" r="1.3" />
      <circle cx="12.6" cy="15" r="1.3" />
      <path d="M4.5 5.3l2.6 2M13.6 6l-2.6 1.7M11.9 13.8l-1.7-2.9" strokeLinecap="round" />
    </svg>
  );
}
