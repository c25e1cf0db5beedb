/** The rail: the four pages there are, with words under icons. */
import { List, Server, Settings } from "lucide-react";
import { useConsole, useUi } from "../state/hooks";
import type { Page } from "../state/ui";
import styles from "./Rail.module.css";

const PAGES = [
  { page: "nodes", title: "Nodes", Icon: Server },
  { page: "jobs", title: "Jobs", Icon: List },
] as const;

export function Rail() {
  return (
    <nav className={styles.rail} aria-label="Main">
      <RailButton page="map" title="Map" icon={<MapGlyph />} />
      {PAGES.map(({ page, title, Icon }) => (
        <RailButton
          key={page}
          page={page}
          title={title}
          icon={<Icon size={18} strokeWidth={1.4} aria-hidden="true" />}
        />
      ))}
      <span className={styles.space} />
      <RailButton page="settings" title="Settings" icon={<Settings size={18} strokeWidth={1.4} aria-hidden="true" />} />
    </nav>
  );
}

function RailButton({ page, title, icon }: { page: Page; title: string; icon: React.ReactNode }) {
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
