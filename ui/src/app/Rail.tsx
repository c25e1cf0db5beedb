/** The rail: the pages there are, with words under icons, and a dot where somebody waits for the operator. */
import { DoorOpen, List, ScrollText, Server, Settings, Stamp } from "lucide-react";
import { useConsole, useTrust, useUi } from "../state/hooks";
import type { Page } from "../state/ui";
import styles from "./Rail.module.css";
import { useGateCount, usePendingCount } from "./waiting";

const PAGES = [
  { page: "nodes", title: "Nodes", Icon: Server },
  { page: "jobs", title: "Jobs", Icon: List },
  { page: "joining", title: "Joining", Icon: DoorOpen },
  { page: "approvals", title: "Approvals", Icon: Stamp },
  { page: "audit", title: "Audit", Icon: ScrollText },
] as const;

export function Rail() {
  const waiting = useTrust((s) => s.waiting.length);
  const asked = usePendingCount();
  const gates = useGateCount();
  const marks: Partial<Record<Page, string>> = {
    ...(waiting > 0 ? { joining: `${waiting} waiting` } : {}),
    ...(asked > 0 ? { approvals: `${asked} waiting` } : {}),
    ...(gates > 0 ? { jobs: `${gates} waiting at a gate` } : {}),
  };
  return (
    <nav className={styles.rail} aria-label="Main">
      <RailButton page="map" title="Map" icon={<MapGlyph />} />
      {PAGES.map(({ page, title, Icon }) => (
        <RailButton
          key={page}
          page={page}
          title={title}
          mark={marks[page]}
          icon={<Icon size={18} strokeWidth={1.4} aria-hidden="true" />}
        />
      ))}
      <span className={styles.space} />
      <RailButton page="settings" title="Settings" icon={<Settings size={18} strokeWidth={1.4} aria-hidden="true" />} />
    </nav>
  );
}

type RailButtonProps = { page: Page; title: string; icon: React.ReactNode; mark?: string | undefined };

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
      {mark && (
        <>
          <i aria-hidden="true" data-testid={`rail-mark-${page}`} />
          <span className="visually-hidden">, {mark}</span>
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
