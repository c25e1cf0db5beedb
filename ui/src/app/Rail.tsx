/** The rail: the four pages there are, with words under icons. */
import { List, Server, Settings, Waypoints } from "lucide-react";
import { useConsole, useUi } from "../state/hooks";
import type { Page } from "../state/ui";
import styles from "./Rail.module.css";

const PAGES = [
  { page: "map", title: "Map", Icon: Waypoints },
  { page: "nodes", title: "Nodes", Icon: Server },
  { page: "jobs", title: "Jobs", Icon: List },
] as const;

export function Rail() {
  return (
    <nav className={styles.rail} aria-label="Main">
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
