/**
 * The right panel of one node: who it is, how it fares, and four tabs.
 * Not here: what the tabs Execute and Executions hold (given by the caller), the map.
 */
import { Tabs } from "@base-ui/react/tabs";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { NodeView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { ago } from "../../components/format";
import { Pill } from "../../components/Pill";
import { type MarkKind, StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import { classOf, Status, wordOf } from "../../state/status";
import type { Tab } from "../../state/ui";
import { Metrics } from "./Metrics";
import styles from "./NodeDrawer.module.css";
import { Overview } from "./Overview";
import { Policy } from "./Policy";
import { Trust } from "./Trust";

type NodeDrawerProps = {
  ordinal: number;
  execute: ReactNode;
  executions: ReactNode;
  executionCount: number;
  /** The way to stop everything on it. */
  stop: ReactNode;
};

export function NodeDrawer({ ordinal, execute, executions, executionCount, stop }: NodeDrawerProps) {
  const { ui } = useConsole();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const tab = useUi((s) => s.tab);
  if (!node) return null;
  return (
    <div className={styles.drawer} data-testid="node-drawer" data-node={node.id}>
      <Head ordinal={ordinal} onClose={() => ui.getState().closePanel()} />
      <Metrics ordinal={ordinal} />
      <Tabs.Root className={styles.tabs} value={tab} onValueChange={(next) => ui.getState().set({ tab: next as Tab })}>
        <Tabs.List className={styles.tabList} activateOnFocus aria-label="Node">
          <Tabs.Tab className={styles.tab} value="overview">
            Overview
          </Tabs.Tab>
          <Tabs.Tab className={styles.tab} value="execute" data-testid="tab-execute">
            Execute
          </Tabs.Tab>
          <Tabs.Tab className={styles.tab} value="executions" data-testid="tab-executions">
            Executions{executionCount > 0 && <i>{executionCount}</i>}
          </Tabs.Tab>
          <Tabs.Tab className={styles.tab} value="trust" data-testid="tab-trust">
            Trust
            {isDoubtful(node) && (
              <StatusMark kind={node.trust.standing === "held" ? "critical" : "degraded"} size={9} />
            )}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel className={styles.panel} value="overview" tabIndex={-1}>
          <Overview node={node} ordinal={ordinal} />
          {stop}
        </Tabs.Panel>
        <Tabs.Panel className={styles.panel} value="execute" tabIndex={-1}>
          {execute}
        </Tabs.Panel>
        <Tabs.Panel className={styles.panel} value="executions" tabIndex={-1}>
          {executions}
        </Tabs.Panel>
        <Tabs.Panel className={styles.panel} value="trust" tabIndex={-1}>
          <Trust node={node} policy={<Policy policy={node.policy} />} />
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}

/** Its trust needs a look: held, or without a key of its own. */
function isDoubtful({ trust }: NodeView): boolean {
  return trust.standing === "held" || trust.fingerprint === null;
}

function Head({ ordinal, onClose }: { ordinal: number; onClose(): void }) {
  const node = useFleet((fleet) => fleet.node(ordinal));
  const status = useFleet((fleet) => fleet.status[ordinal] ?? 0);
  const site = useFleet((fleet) => fleet.groupLabel(ordinal));
  if (!node) return null;
  const role = node.tags.find((tag) => tag.startsWith("role:"))?.slice(5);
  const spore = node.dialect < 2 ? "spore v1" : node.sporeVersion ? `spore ${node.sporeVersion}` : "spore";
  const parts = [site, role ?? node.osName].filter((part) => part !== "" && part !== undefined);
  return (
    <div className={styles.head}>
      <div className={styles.title}>
        <h1 title={node.name}>
          <bdi>{node.name}</bdi>
        </h1>
        <Pill kind={markKind(status)} testId="node-state">
          {wordOf(status)}
        </Pill>
        <span className={styles.space} />
        <IconButton label="Close" className={styles.close ?? ""} onClick={onClose} data-testid="close-drawer">
          <X size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      <div className={styles.facts}>
        {parts.join(" · ")}
        {node.address && (
          <>
            {" "}
            · <code>{node.address}</code>
          </>
        )}{" "}
        · {spore}
        {node.local && " · this machine"}
      </div>
      {status === Status.Offline && (
        <p className={styles.facts}>
          {node.trust.standing === "revoked" ? "Revoked. " : node.trust.standing === "held" ? "Held. " : ""}
          Last seen {ago(node.lastSeen)}. Its place on the map stays.
        </p>
      )}
      {classOf(status) === "degraded" && (
        <p className={styles.why} data-testid="node-reason">
          {status === Status.Critical
            ? "Its last part in a job failed, or nobody knows how it ended. Open the job to see why."
            : (node.degraded ?? "No heartbeat for a while. It may be busy, or on its way out.")}
        </p>
      )}
    </div>
  );
}

function markKind(status: number): MarkKind {
  return status === Status.Critical ? "critical" : (classOf(status) ?? "offline");
}
