/**
 * The right panel of one node: who it is, how it fares, and five tabs.
 * Not here: what the tab Execute holds, how logs and histories are drawn (given by the caller), the map.
 */
import { Tabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeView } from "../../bridge/types";
import { StatusMark } from "../../components/StatusMark";
import { useConsole, useFleet, useUi } from "../../state/hooks";
import type { Tab } from "../../state/ui";
import { Head } from "./Head";
import { type DrawLog, Logs } from "./Logs";
import { EVERYTHING } from "./look/log";
import type { Process } from "./look/shapes";
import { Metrics } from "./Metrics";
import styles from "./NodeDrawer.module.css";
import type { Purpose } from "./NodeMenu";
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
  /** Its figures over time. */
  history?: ReactNode;
  drawLog: DrawLog;
  /** Prepares the end of a process; null: no command can be run there. */
  onStopProcess: ((process: Process) => void) | null;
  /** Null where there are no more windows. */
  onWindow?: (() => void) | null;
};

export function NodeDrawer(props: NodeDrawerProps) {
  const { ordinal, executionCount, onWindow = null } = props;
  const { t } = useTranslation();
  const { ui } = useConsole();
  const node = useFleet((fleet) => fleet.node(ordinal));
  const tab = useUi((s) => s.tab);
  const [purpose, setPurpose] = useState<Purpose | null>(null);
  const [wish, setWish] = useState(EVERYTHING);
  if (!node) return null;
  const go = (next: Tab) => ui.getState().set({ tab: next });
  const toTrust = (next: Purpose) => {
    setPurpose(next);
    go("trust");
  };
  const choose = (next: Tab) => {
    setPurpose(null);
    go(next);
  };
  const toLog = (unit: string) => {
    setWish({ ...EVERYTHING, unit });
    go("logs");
  };
  return (
    <div className={styles.drawer} data-testid="node-drawer" data-node={node.id}>
      <Head ordinal={ordinal} onClose={() => ui.getState().closePanel()} onPurpose={toTrust} onWindow={onWindow} />
      <Metrics ordinal={ordinal} />
      <Tabs.Root className={styles.tabs} value={tab} onValueChange={(next) => choose(next as Tab)}>
        <Tabs.List className={styles.tabList} activateOnFocus aria-label={t("Node")}>
          <Name tab="overview">{t("Overview")}</Name>
          <Name tab="execute">{t("Execute")}</Name>
          <Name tab="executions">
            {t("Executions")}
            {executionCount > 0 && <i>{executionCount}</i>}
          </Name>
          <Name tab="logs">{t("Logs")}</Name>
          <Name tab="trust">
            {t("Trust")}
            {isDoubtful(node) && (
              <StatusMark kind={node.trust.standing === "held" ? "critical" : "degraded"} size={9} />
            )}
          </Name>
        </Tabs.List>
        <Panel tab="overview">
          <Overview
            node={node}
            ordinal={ordinal}
            history={props.history}
            stop={props.stop}
            onStopProcess={props.onStopProcess}
            onLog={toLog}
          />
        </Panel>
        <Panel tab="execute">{props.execute}</Panel>
        <Panel tab="executions">{props.executions}</Panel>
        <Panel tab="logs">
          <Logs node={node} wish={wish} onWish={setWish} draw={props.drawLog} />
        </Panel>
        <Panel tab="trust">
          <Trust key={purpose} node={node} purpose={purpose} policy={<Policy policy={node.policy} />} />
        </Panel>
      </Tabs.Root>
    </div>
  );
}

function Name({ tab, children }: { tab: Tab; children: ReactNode }) {
  return (
    <Tabs.Tab className={styles.tab} value={tab} data-testid={`tab-${tab}`}>
      {children}
    </Tabs.Tab>
  );
}

function Panel({ tab, children }: { tab: Tab; children: ReactNode }) {
  return (
    <Tabs.Panel className={styles.panel} value={tab} tabIndex={-1}>
      {children}
    </Tabs.Panel>
  );
}

/** Its trust needs a look: held, or without a key of its own. */
function isDoubtful({ trust }: NodeView): boolean {
  return trust.standing === "held" || trust.fingerprint === null;
}
